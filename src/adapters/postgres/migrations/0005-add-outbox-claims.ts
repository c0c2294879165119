/**
 * A message that one of several deliverers has taken. claimed_until: by the clock of the database, which all of them
 * share; after it the message is anybody's again.
 */
export const outboxClaims = `
alter table outbox add column claimed_by text;
alter table outbox add column claimed_until double precision;
`;
