-- Bloom filters over the paths of complete blocks of landings, published for readers without an index.
create table rollups (
  project  integer not null references projects on delete cascade,
  level    integer not null check (level between 1 and 3),  -- 100, 10 000, 1 000 000 landings
  start    integer not null,         -- first position of the block
  filter   blob    not null,         -- object id of the filter
  primary key (project, level, start)
) strict, without rowid;
