-- An organization is an account that nobody signs in to: people act for it by their roles.
alter table accounts add column kind text not null default 'user'
  check (kind in ('user', 'organization'));
alter table accounts add column updated_at integer not null default 0;  -- Unix ms
update accounts set updated_at = created_at;

-- What an admin of the node lets an account have; null: as much as everybody.
alter table accounts add column most_projects integer check (most_projects >= 0);
alter table accounts add column most_bytes    integer check (most_bytes >= 0);

-- Who acts for an organization, and as what.
create table members (
  organization integer not null references accounts on delete cascade,
  account      integer not null references accounts on delete cascade,
  role         text    not null check (role in ('admin', 'member')),
  created_at   integer not null,                      -- Unix ms
  primary key (organization, account)
) strict, without rowid;
create index members_by_account on members (account);

-- Who besides its owner works on a project, and as what.
create table project_members (
  project    integer not null references projects on delete cascade,
  account    integer not null references accounts on delete cascade,
  role       text    not null check (role in ('writer', 'maintainer')),
  created_at integer not null,
  primary key (project, account)
) strict, without rowid;
create index project_members_by_account on project_members (account);

-- What somebody may say yes to. One for an account names it in `account`; one that is a link has
-- the SHA-256 of its secret in `hash`, and makes the account of whoever opens it.
create table invitations (
  key          integer primary key autoincrement,     -- never used again: answers keep naming it
  account      integer references accounts on delete cascade,
  hash         blob    unique,
  organization integer references accounts on delete cascade,  -- to be a member of
  project      integer references projects on delete cascade,  -- to take over
  role         text    not null,                      -- admin, member; owner of a project; guest
  inviter      integer not null references accounts on delete cascade,
  created_at   integer not null,                      -- Unix ms
  expires_at   integer not null,
  ended_at     integer,                               -- accepted, declined or withdrawn
  check ((account is null) != (hash is null)),
  check (organization is null or project is null)
) strict;
create index invitations_of on invitations (account, ended_at);
create index invitations_to on invitations (organization, ended_at);
