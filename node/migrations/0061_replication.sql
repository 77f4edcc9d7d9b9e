-- Other nodes: how each is reached, and how it behaved.
create table peers (
  key          integer primary key,
  did          text    unique,                       -- the node's did:key; null until it has said it
  url          text    unique,                       -- of its pages and its /mic/v1, if it has any
  name         text    not null default '',
  source       text    not null,                     -- how we came to know it: node.replication.model
  is_allowed   integer not null default 0 check (is_allowed in (0, 1)),  -- never banned: the operator says so
  score        integer not null default 0,           -- points against it, as they were at scored_at
  scored_at    integer not null default 0,           -- Unix ms
  banned_until integer,                              -- Unix ms
  reason       text,                                 -- of the last points
  added_at     integer not null,                     -- Unix ms
  seen_at      integer,                              -- when it last answered, Unix ms
  check (did is not null or url is not null)
) strict;

-- Addresses for libp2p, multiaddrs that end in the peer's id. All of them are hints.
create table peer_addresses (
  peer     integer not null references peers on delete cascade,
  address  text    not null,
  primary key (peer, address)
) strict, without rowid;

-- Projects of other nodes that this one holds because somebody chose so.
create table seeds (
  key          integer primary key,
  address      text    not null unique,              -- as it was asked for
  id           text    unique,                       -- the project's; null until a holder has said it
  depth        integer check (depth > 0),            -- contents of so many newest positions; null: all
  quota        integer check (quota >= 0),           -- bytes; null: only the total counts
  is_pinned    integer not null check (is_pinned in (0, 1)),
  reason       text    not null,                     -- why it is held, for people
  state        text    not null check (state in ('waiting', 'fetching', 'verified', 'failed', 'full',
                                                 'dropped', 'withdrawn')),
  told         integer not null default 0,           -- the newest position that any holder told of
  bytes        integer not null default 0,           -- that came in for it, as they came
  contents_from integer not null default 1,          -- contents of older positions are not here
  error        text,                                 -- why the last attempt came to nothing
  code         text,
  failures     integer not null default 0,           -- attempts in a row
  added_at     integer not null,                     -- Unix ms, as all of the following
  verified_at  integer,
  receipt_position integer not null default 0,       -- what the home was told that is here
  receipt_at   integer not null default 0,
  used_at      integer not null,
  due_at       integer not null                      -- when to look again
) strict;
create index seeds_due on seeds (due_at);

-- Who else holds which project, as they say.
create table holders (
  project      text    not null,                     -- id
  peer         integer not null references peers on delete cascade,
  position     integer not null,
  seen_at      integer not null,                     -- Unix ms
  primary key (project, peer)
) strict, without rowid;

-- Copies of projects that this node orders: what a holder signed, and when it last proved it.
create table copies (
  project      integer not null references projects on delete cascade,
  holder       text    not null,                     -- did of the node
  position     integer not null,
  record       blob    not null,                     -- id of the landing record there
  contents_from integer not null,                    -- contents of older positions are not there
  receipt      blob    not null,                     -- the signed envelope, an object
  received_at  integer not null,                     -- Unix ms
  proven_at    integer,                              -- the last challenge that was met
  failures     integer not null default 0,           -- challenges in a row that were not met
  due_at       integer not null default 0,           -- when to challenge it next
  primary key (project, holder)
) strict, without rowid;

-- Landings for a project that another node orders: what waits for it, and what became of it.
create table offers (
  key          integer primary key,
  project      integer not null references projects on delete cascade,
  session      text    not null,
  account      integer,                              -- who offered it here; null: a signer without one
  signer       text    not null,
  request      blob    not null,                     -- the JSON head of the landing, as it came
  state        text    not null check (state in ('queued', 'landed', 'refused')),
  position     integer,                              -- where it landed
  record       blob,                                 -- the envelope that says so, signed by the home
  code         text,                                 -- why it was refused
  message      text,
  offered_at   integer not null,                     -- Unix ms
  answered_at  integer,
  due_at       integer not null,
  tries        integer not null default 0,
  unique (project, session)
) strict;
create index offers_due on offers (due_at) where state = 'queued';

-- Proof that a home said two things about one position.
create table equivocations (
  project      text    not null,                     -- id
  position     integer not null,
  signer       text    not null,
  proof        blob    not null,                     -- keys.statements.equivocation
  seen_at      integer not null,                     -- Unix ms
  primary key (project, position, signer)
) strict, without rowid;
