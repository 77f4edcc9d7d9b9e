-- Objects: where each lies. An id is the sha256 of the raw bytes, 32 bytes; see store/objects.py.

-- The packs, and how far each is indexed. What lies behind `indexed` was never acknowledged.
create table packs (
  number   integer primary key,
  indexed  integer not null        -- bytes
) strict;

create table objects (
  id       blob    not null primary key,
  pack     integer not null,
  offset   integer not null,       -- of the record's header
  stored   integer not null,       -- bytes behind the header
  raw      integer not null,       -- bytes once opened
  kind     integer not null,       -- store.records.Kind
  codec    integer not null,       -- store.records.Codec
  is_base  integer not null default 0 check (is_base in (0, 1))  -- others rest on it in their packs
) strict, without rowid;

-- What a landing brings along, in the landing's own transaction, until it is sealed into a pack.
create table small_objects (
  seq      integer primary key autoincrement,
  id       blob    not null unique,
  kind     integer not null,
  codec    integer not null,
  raw      integer not null,
  stored   blob    not null
) strict;

-- Which object was the older version at the same path; forgotten once both are sealed.
create table lineage (
  seq      integer primary key autoincrement,
  id       blob    not null unique,
  previous blob    not null
) strict;

-- The newest version of each chain of differences: its number in the chain, and the ids that it
-- rests on, nearest first, 32 bytes each.
create table chains (
  id       blob    not null primary key,
  number   integer not null,
  bases    blob    not null
) strict, without rowid;

-- Objects that count as missing, though they may still be read: nothing refers to them, or they
-- were found damaged. To store one again stores it anew.
create table doubted (
  id       blob    not null primary key,
  at       integer not null,       -- Unix seconds
  damaged  integer not null check (damaged in (0, 1))
) strict, without rowid;

-- How far packs and small objects reached at each collection: what lies before is that old.
create table watermarks (
  at       integer primary key,    -- Unix seconds
  pack     integer not null,
  offset   integer not null,
  small    integer not null
) strict;
