-- Programs that registered to sign in by the device flow (RFC 7591). `mic` itself needs no row.
create table device_clients (
  key         integer primary key,
  id          text    not null unique,                -- client_id: random, not secret
  hash        blob,                                   -- sha256 of the client's secret; null: it has none
  method      text    not null,                       -- how it says who it is at the token endpoint
  name        text    not null,                       -- what its users are shown
  uri         text    not null,                       -- its own site, or empty
  scopes      text    not null,                       -- the most that it may ask for
  created_at  integer not null,                       -- Unix ms
  used_at     integer                                 -- first time that somebody was signed in
) strict;
create index device_clients_unused on device_clients (created_at) where used_at is null;

-- A device that waits for somebody to say yes. Secrets are never here, only their SHA-256: the
-- user code is short, so that hash protects little, but a code alone opens nothing.
create table device_grants (
  key         integer primary key,
  hash        blob    not null unique,                -- sha256 of the device code
  code        blob    not null unique,                -- sha256 of the user code
  client      integer references device_clients on delete cascade,  -- null: mic
  name        text    not null,                       -- what the device calls itself
  scopes      text    not null,                       -- words with a space between
  created_at  integer not null,
  expires_at  integer not null,
  pause_ms    integer not null,                       -- least time between two polls; grows
  polled_at   integer,
  account     integer references accounts on delete cascade,  -- who answered
  answer      text check (answer in ('approved', 'denied')),
  used_at     integer,                                -- tokens were given: that happens once
  check ((answer is null) = (account is null))
) strict;
create index device_grants_by_end on device_grants (expires_at);

-- A device that is signed in, for as long as it comes back.
create table device_sessions (
  key         integer primary key autoincrement,      -- never used again: audit rows keep naming it
  account     integer not null references accounts,
  client      integer references device_clients on delete set null,
  grant_hash  blob    not null unique,                -- the device code that it came from
  name        text    not null,
  scopes      text    not null,
  created_at  integer not null,
  seen_at     integer not null,                       -- to the hour
  expires_at  integer not null,                       -- of its newest refresh token
  revoked_at  integer
) strict;
create index device_sessions_of on device_sessions (account, revoked_at);

create table device_tokens (
  hash        blob    primary key,                    -- sha256 of the whole token
  session     integer not null references device_sessions on delete cascade,
  kind        text    not null check (kind in ('access', 'refresh')),
  expires_at  integer not null,
  used_at     integer                                 -- a refresh token works once
) strict, without rowid;
create index device_tokens_of on device_tokens (session);
create index device_tokens_by_end on device_tokens (expires_at);

-- A token may be for one project; then it goes with it.
alter table tokens add column project integer references projects on delete cascade;
create index tokens_of_project on tokens (project, revoked_at) where project is not null;

-- Accounts that are to be closed, and when; somebody who changes their mind removes the row.
create table account_closings (
  account     integer primary key references accounts on delete cascade,
  asked_at    integer not null,                       -- Unix ms
  due_at      integer not null
) strict;
alter table accounts add column closed_at integer;    -- null: open. A handle is never given again
