import { type Outcome, succeed } from '../base/outcome.ts';
import { isEmailAddress } from '../core/notifications/email-address.ts';
import { type Environment, invalid } from './settings.ts';

/** What an operator decides about messages to people. Secrets among it are resolved when they are used. */
export type NotificationConfig = {
  /** The address of the service's page, without a slash at the end; without it messages have no links. */
  readonly publicUrl: string | undefined;
  /** The sender of e-mails. */
  readonly mailFrom: string | undefined;
};

/** Reads `ASSAY_PUBLIC_URL` and `ASSAY_MAIL_FROM`: `REQUEST_INVALID` names what is wrong. */
export function readNotificationConfig(environment: Environment): Outcome<NotificationConfig> {
  const given = environment['ASSAY_PUBLIC_URL'];
  const url = given === undefined ? undefined : URL.parse(given);
  if (
    url !== undefined &&
    (url === null || !['https:', 'http:'].includes(url.protocol) || url.search !== '')
  ) {
    return invalid('ASSAY_PUBLIC_URL', 'the address of the page such as https://assay.example.org');
  }
  const mailFrom = environment['ASSAY_MAIL_FROM'];
  if (mailFrom !== undefined && !isEmailAddress(mailFrom)) {
    return invalid('ASSAY_MAIL_FROM', 'an e-mail address such as assay@example.org');
  }
  return succeed({ publicUrl: url?.href.replace(/\/+$/, ''), mailFrom });
}
