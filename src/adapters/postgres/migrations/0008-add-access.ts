/**
 * People and programs that may use an installation, what they proved themselves by (digests alone), roles beside those of
 * definitions, failed tries to sign in, and who did what. Addresses are in lower case.
 */
export const access = `
create table person (
  id text collate "C" primary key,
  email text collate "C" not null unique,
  name text not null,
  password text,
  is_admin boolean not null,
  may_register boolean not null,
  is_disabled boolean not null,
  created_at double precision not null
);

create table sign_in_session (
  digest text collate "C" primary key,
  person text collate "C" not null references person on delete cascade,
  created_at double precision not null,
  seen_at double precision not null
);
create index session_of_person on sign_in_session (person);

-- One at most for each purpose: person is empty for the link that makes an administrator.
create table access_link (
  person text collate "C" primary key,
  digest text collate "C" not null unique,
  created_at double precision not null
);

create table api_key (
  id text collate "C" primary key,
  digest text collate "C" not null unique,
  person text collate "C" not null references person on delete cascade,
  name text not null,
  prefix text not null,
  scope text not null,
  datasets jsonb,
  created_at double precision not null,
  expires_at double precision,
  used_at double precision
);
create index api_key_of_person on api_key (person);

create table dataset_member (
  dataset text collate "C" not null references dataset on delete cascade,
  email text collate "C" not null,
  role text not null,
  added_by text not null,
  added_at double precision not null,
  primary key (dataset, email)
);
create index dataset_member_of_email on dataset_member (email);

create table sign_in_try (
  subject text collate "C" primary key,
  failures integer not null,
  last_at double precision not null
);

create table audit_entry (
  sequence bigint generated always as identity primary key,
  at double precision not null,
  who text not null,
  action text not null,
  dataset text,
  subject text,
  address text,
  request_id text
);
create index audit_of_dataset on audit_entry (dataset, sequence) where dataset is not null;
create index audit_of_who on audit_entry (who, sequence);
create index audit_of_age on audit_entry (at);
`;
