-- Whether a project was public when somebody was last said to hold it: only then strangers hear of
-- it, also after the project itself has gone from here.
alter table holders add column is_public integer not null default 0 check (is_public in (0, 1));
update holders set is_public = exists (
  select 1 from projects where projects.id = holders.project and visibility = 'public');
