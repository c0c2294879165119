import type { PublishRule } from '../definition.ts';
import { cronIssue } from './cron.ts';
import { type Decoder, describe, mapped, oneOf, text } from './decoder.ts';
import { defaulted, object, required, tagged } from './object.ts';
import { isTimeZone, nearestTimeZone } from './time-zone.ts';

const cron: Decoder<string> = mapped(text(), (expression, place) => {
  const issue = cronIssue(expression);
  return issue === undefined ? expression.trim().replaceAll(/\s+/g, ' ') : place.report(issue);
});

/** The name of a time zone. */
export const timeZoneDecoder: Decoder<string> = mapped(text(), (name, place) => {
  if (isTimeZone(name)) return name;
  const meant = nearestTimeZone(name);
  const end = meant === undefined ? ', such as America/New_York or UTC' : `; did you mean “${meant}”?`;
  return place.report(`there is no time zone ${describe(name)}${end}`);
});

const onlyPeriodic = 'goes with type: periodic only';
const elsewhere = { cron: onlyPeriodic, time_zone: onlyPeriodic };

/** Decodes `publish: {type: periodic, cron: "0 6 * * *", time_zone: America/New_York}`. The zone is UTC by default. */
export const publishDecoder: Decoder<PublishRule> = tagged<PublishRule>('type', {
  static: object({ type: required(oneOf(['static'])) }, { elsewhere }),
  periodic: mapped(
    object({
      type: required(oneOf(['periodic'])),
      cron: required(cron),
      time_zone: defaulted(timeZoneDecoder, 'UTC'),
    }),
    ({ type, cron: expression, time_zone: zone }) => ({ type, cron: expression, timeZone: zone }),
  ),
  continuous: object({ type: required(oneOf(['continuous'])) }, { elsewhere }),
});
