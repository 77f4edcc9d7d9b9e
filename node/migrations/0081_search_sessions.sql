-- Reasons are those of landings, and those of sessions that have not landed.
create table search_why (
  key       integer primary key autoincrement,         -- never used again: the words outlive a row
  project   integer not null references projects on delete cascade,
  position  integer,                                   -- of a landing
  session   text,                                      -- of a session that has not landed
  unique (project, position),
  unique (project, session),
  check ((position is null) <> (session is null))
) strict;
insert into search_why (key, project, position) select key, project, position from search_landings;
drop table search_landings;
-- What was said before is told once more: what is indexed already stays as it is.
delete from cursors where subscriber = 'search';
