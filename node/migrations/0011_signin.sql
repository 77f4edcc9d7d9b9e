-- Secrets are never here: only their SHA-256, so that a stolen database opens no door.
create table sign_in_links (
  hash       blob    primary key,                     -- sha256 of the secret in the link
  account    integer not null references accounts,
  expires_at integer not null,                        -- Unix ms
  used_at    integer                                  -- a link works once
) strict, without rowid;

create table web_sessions (
  key        integer primary key,
  hash       blob    not null unique,                 -- sha256 of the secret in the cookie
  account    integer not null references accounts,
  device     text    not null,                        -- what the browser says it is, for the list
  created_at integer not null,
  seen_at    integer not null,                        -- to the hour, so that reading stays reading
  expires_at integer not null,
  ended_at   integer
) strict;
create index web_sessions_of on web_sessions (account, ended_at);

create table tokens (
  key          integer primary key,
  account      integer not null references accounts,
  name         text    not null,
  prefix       text    not null,                      -- 8 characters after 'mut_': shown, and looked up by
  hash         blob    not null unique,               -- sha256 of the whole token
  scopes       text    not null,                      -- words with a space between
  created_at   integer not null,
  expires_at   integer,                               -- null: until it is revoked
  last_used_at integer,                               -- to the hour
  revoked_at   integer
) strict;
create index tokens_by_prefix on tokens (prefix);
create index tokens_of on tokens (account, revoked_at);

-- Keys that sign for an account besides its own: one a device.
create table device_keys (
  did        text    primary key,
  account    integer not null references accounts,
  name       text    not null,
  created_at integer not null,
  revoked_at integer
) strict, without rowid;
create index device_keys_of on device_keys (account, revoked_at);
