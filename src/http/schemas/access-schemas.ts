import { limits } from '../../base/limits.ts';
import { datasetText } from './request-schemas.ts';
import { boundedText, count, described, flag, list, object, text, time, word } from './schema-kit.ts';

/** An address alone; the service compares them in lower case. */
const emailText = {
  type: 'string',
  maxLength: 254,
  pattern: '^[^\\s@<>,;:"()\\[\\]\\\\]{1,64}@[^\\s@<>,;:"()\\[\\]\\\\]{1,189}$',
  description: 'An e-mail address.',
};
const nameText = described(boundedText(200), 'A name for people.');
/** How long it has to be is said by PASSWORD_UNFIT. */
const passwordText = described(boundedText(4 * limits.passwordCharactersMax), 'A password.');
const tokenText = described(boundedText(200), 'The secret of a link, which stands in its address.');

export const userSchema = object({
  id: text,
  email: text,
  name: text,
  admin: flag,
  mayRegister: described(flag, 'May register datasets: name paths and secrets that the service can read.'),
  state: word('invited', 'active', 'disabled'),
  createdAt: time,
});

/** What the page needs to know first. */
export const sessionSchema = object(
  {
    access: described(word('on', 'off'), 'Whether people have to sign in at all.'),
    setupNeeded: described(flag, 'Nobody can administer yet: open the link that the service printed.'),
  },
  {
    user: userSchema,
    operator: described(flag, 'The key of the data directory was used: everything is allowed.'),
    csrf: described(text, 'Goes with each write of this session as the header x-assay-csrf.'),
    endsAt: described(time, 'When the session ends unless it is used before.'),
  },
);

export const signInBody = object({ email: emailText, password: passwordText });
export const setupBody = object({
  token: tokenText,
  email: emailText,
  name: nameText,
  password: passwordText,
});
export const acceptBody = object({ token: tokenText, password: passwordText }, { name: nameText });
export const passwordBody = object({ current: passwordText, password: passwordText });
export const tokenBody = object({ token: tokenText });

/** A link that is told once. */
export const linkSchema = object({ url: text, expiresAt: time });
export const invitedSchema = object({ email: text, name: text });

export const newUserBody = object({ email: emailText, name: nameText }, { admin: flag, mayRegister: flag });
export const userBody = object({}, { name: nameText, admin: flag, mayRegister: flag, disabled: flag });
export const userWithLinkSchema = object({ user: userSchema, invitation: linkSchema });

const scopeWord = word('read', 'write', 'admin');

export const apiKeySchema = object(
  { id: text, name: text, prefix: text, user: text, scope: scopeWord, createdAt: time },
  { datasets: list(text), expiresAt: time, usedAt: time },
);
export const newKeyBody = object(
  { name: nameText, scope: scopeWord },
  {
    datasets: { ...list(datasetText), minItems: 1, maxItems: limits.apiKeyDatasetsMax },
    expiresInDays: { type: 'integer', minimum: 1, maximum: limits.apiKeyDaysMax },
  },
);
export const newKeySchema = object({
  key: apiKeySchema,
  secret: described(text, 'The key itself. It is told this once and kept nowhere.'),
});

const roleWord = word('owner', 'follower');

export const memberSchema = object(
  {
    email: text,
    role: roleWord,
    source: described(
      word('definition', 'member'),
      'Whether the definition names them, or somebody gave the role.',
    ),
  },
  { addedBy: text, addedAt: time },
);
export const memberParams = object({ dataset: datasetText, email: emailText });
export const memberBody = object({ role: roleWord });

export const auditEntrySchema = object(
  { sequence: count, at: time, who: text, action: text },
  { dataset: text, subject: text, address: text, requestId: text },
);
