const kinds: Readonly<Record<string, string>> = {
  webhook: 'a webhook',
  slack: 'Slack',
  teams: 'Teams',
  email: 'e-mail',
};

/** Where a message goes, in words: `log`, `slack:0`, `email:1:ana@example.org`. */
export function channelWords(channel: string): string {
  if (channel === 'log') return "the service's log";
  const [kind = '', , ...rest] = channel.split(':');
  const words = kinds[kind] ?? kind;
  return rest.length === 0 ? words : `${rest.join(':')} by ${words}`;
}
