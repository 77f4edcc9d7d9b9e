-- Who may name which object: a project holds a content once somebody has sent its bytes to that
-- project. Knowing an id and a length is not enough. Rows of a project lie together, so that what
-- comes in at once is written to few pages.
create table holdings (
  project  integer not null references projects on delete cascade,
  object   blob    not null,         -- id of the object, 32 bytes
  primary key (project, object)
) strict, without rowid;

-- What landed before there was this table is held too. Until the job has written it down, it counts
-- as missing and is sent again, which is no more than slow.
insert into jobs (kind, payload, run_at)
  select 'holdings.fill', printf('{"project":%d}', key), 0 from projects
  where exists (select 1 from landings where landings.project = projects.key);
