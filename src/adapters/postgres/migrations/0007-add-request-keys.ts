/**
 * Requests that clients gave a key, so that they may send them again: what was asked (a hash of it) and what was answered.
 * Without an answer, the request is under way until claimed_until. All times are by the clock of the database.
 */
export const requestKeys = `
create table request_key (
  key text collate "C" primary key,
  hash text not null,
  created_at double precision not null,
  claimed_until double precision not null,
  status integer,
  body text
);
create index request_key_of_age on request_key (created_at);
`;
