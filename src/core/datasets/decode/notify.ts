import { day, minute, parseDurationMs } from '../../../base/units.ts';
import { isEmailAddress } from '../../notifications/email-address.ts';
import type { DatasetDefinition, NotifyDefinition, QuietHours } from '../definition.ts';
import { type Decoder, describe, distinct, itself, list, mapped, oneOf, parsed, text } from './decoder.ts';
import { defaulted, object, optional, required, variant } from './object.ts';
import type { Place } from './place.ts';
import { timeZoneDecoder } from './publish.ts';
import { secretDecoder } from './secret.ts';

const url: Decoder<string> = mapped(text({ charactersMax: 2_000 }), (address, place) => {
  const [, userInfo] = /^https?:\/\/([^/?#]*@)?[^/?#@\s]+(?:[/?#]\S*)?$/i.exec(address) ?? [undefined, null];
  // The text is not repeated: a part of it may be a token.
  if (userInfo === null) return place.report('must be an address that starts with https:// or http://');
  if (userInfo === undefined) return address;
  return place.report(
    'must not hold a user and password; sign deliveries with secret: "${env:NAME}" instead',
  );
});

const clockTime: Decoder<number> = parsed((given) => {
  const [, hours, minutes] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(given) ?? [];
  return hours === undefined ? undefined : Number(hours) * 60 + Number(minutes);
}, 'a time of day in quotes such as "22:00"');

const quietHours: Decoder<QuietHours> = mapped(
  object({
    from: required(clockTime),
    to: required(clockTime),
    time_zone: defaulted(timeZoneDecoder, 'UTC'),
    except: optional(oneOf(['fail'])),
  }),
  ({ from, to, time_zone: timeZone, except }, place) => {
    if (from === to) return place.report('from and to must differ');
    return { from, to, timeZone, exceptFail: except === 'fail' };
  },
);

const repeat: Decoder<number> = mapped(
  parsed(parseDurationMs, 'a duration such as 4h'),
  (durationMs, place) =>
    durationMs >= minute && durationMs <= 31 * day ? durationMs : place.report('must lie between 1m and 31d'),
);

const ruleFields = {
  level: optional(oneOf(['pass', 'warn', 'fail'])),
  quiet_hours: optional(quietHours),
  repeat: optional(repeat),
};

type GivenRules = {
  readonly level?: 'pass' | 'warn' | 'fail';
  readonly quiet_hours?: QuietHours;
  readonly repeat?: number;
};

function withRules<T extends GivenRules>({ quiet_hours: quiet, repeat: repeatMs, ...rest }: T) {
  return {
    ...rest,
    ...(quiet === undefined ? {} : { quietHours: quiet }),
    ...(repeatMs === undefined ? {} : { repeatMs }),
  };
}

const webhook: Decoder<NotifyDefinition> = mapped(
  object({ url: required(url), secret: optional(secretDecoder), ...ruleFields }),
  (given) => ({ type: 'webhook', ...withRules(given) }),
);

const chat = (type: 'slack' | 'teams'): Decoder<NotifyDefinition> =>
  mapped(object({ url: required(secretDecoder), ...ruleFields }), (given) => ({ type, ...withRules(given) }));

const address: Decoder<string> = mapped(text({ charactersMax: 254 }), (given, place) =>
  isEmailAddress(given) ? given : place.report(`must be an e-mail address, is ${describe(given)}`),
);

const email: Decoder<NotifyDefinition> = mapped(
  object({
    to: optional(distinct(address, { keysOf: itself, what: 'address', filled: true })),
    ...ruleFields,
  }),
  (given) => ({ type: 'email', ...withRules(given) }),
);

/** Decodes `notify: [{webhook: {url: …}}, {slack: {url: "${env:NAME}"}}, {teams: …}, {email: {to: […]}}]`. */
export const notifyDecoder: Decoder<readonly NotifyDefinition[]> = list(
  variant(
    {
      webhook: mapped(object({ webhook: required(webhook) }), (item) => item.webhook),
      slack: mapped(object({ slack: required(chat('slack')) }), (item) => item.slack),
      teams: mapped(object({ teams: required(chat('teams')) }), (item) => item.teams),
      email: mapped(object({ email: required(email) }), (item) => item.email),
    },
    { example: '{webhook: {url: "https://…", secret: "${env:NAME}"}}', later: ['log'] },
  ),
);

/** Reports each e-mail that would go to nobody; whether there is one. */
export function reportUnheard(
  { notify, owner, followers }: Pick<DatasetDefinition, 'notify' | 'owner' | 'followers'>,
  place: Place,
): boolean {
  if ([owner, ...followers].some(isEmailAddress)) return false;
  const unheard = notify.flatMap((channel, position) =>
    channel.type === 'email' && channel.to === undefined ? [position] : [],
  );
  for (const position of unheard) {
    place
      .at(position)
      .report('goes to nobody: neither the owner nor a follower is an e-mail address; name some with to');
  }
  return unheard.length > 0;
}
