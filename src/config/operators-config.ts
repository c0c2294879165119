import { type Outcome, succeed } from '../base/outcome.ts';
import { isEmailAddress } from '../core/notifications/email-address.ts';
import { readNotificationConfig } from './notification-config.ts';
import { type Environment, invalid } from './settings.ts';

/** Who is told of errors of the service itself. */
export type OperatorsConfig = {
  readonly addresses: readonly OperatorAddress[];
  /** The sender of e-mails. */
  readonly mailFrom: string | undefined;
};

/** Addresses of webhooks and chats are secrets: here stands only how they are called. */
export type OperatorAddress =
  | { readonly type: 'email'; readonly to: string }
  | { readonly type: 'webhook' | 'slack' | 'teams'; readonly secret: string };

/** Reads `ASSAY_OPERATORS`, such as `ops@example.org,slack:OPS_SLACK_URL`: `REQUEST_INVALID` says what is right. */
export function readOperatorsConfig(environment: Environment): Outcome<OperatorsConfig> {
  const notifications = readNotificationConfig(environment);
  if (!notifications.ok) return notifications;
  const addresses: OperatorAddress[] = [];
  for (const text of (environment['ASSAY_OPERATORS'] ?? '').split(',').map((part) => part.trim())) {
    if (text === '') continue;
    const address = addressOf(text);
    if (address === undefined) {
      // What was given is not repeated: it may be the secret itself.
      const right = 'e-mail addresses and webhook:NAME, slack:NAME or teams:NAME, separated by commas';
      return invalid('ASSAY_OPERATORS', right, 'NAME is a secret of the environment or of the secrets file');
    }
    addresses.push(address);
  }
  return succeed({ addresses, mailFrom: notifications.value.mailFrom });
}

const referencePattern = /^(webhook|slack|teams):([A-Za-z_][A-Za-z0-9_.-]{0,199})$/;

function addressOf(text: string): OperatorAddress | undefined {
  if (isEmailAddress(text)) return { type: 'email', to: text };
  const [, type, secret] = referencePattern.exec(text) ?? [];
  if ((type !== 'webhook' && type !== 'slack' && type !== 'teams') || secret === undefined) return undefined;
  return { type, secret };
}
