-- Pictures of people and organizations, drawn anew by this node; the id is the SHA-256 of the bytes.
create table pictures (
  id    blob primary key,
  bytes blob not null                                -- WebP
) strict;

-- What people and organizations say of themselves; what is empty is not said.
create table profiles (
  account  integer primary key references accounts on delete cascade,
  bio      text    not null default '',
  website  text    not null default '',
  x        text    not null default '',
  github   text    not null default '',
  gitlab   text    not null default '',
  mastodon text    not null default '',
  linkedin text    not null default '',
  picture  blob    references pictures               -- null: the crest that grows from the handle
) strict;
create index profiles_by_picture on profiles (picture);
create trigger picture_left after update of picture on profiles
  when old.picture is not null and old.picture is not new.picture begin
  delete from pictures where id = old.picture
    and not exists (select 1 from profiles where picture = old.picture);
end;
create trigger profile_gone after delete on profiles when old.picture is not null begin
  delete from pictures where id = old.picture
    and not exists (select 1 from profiles where picture = old.picture);
end;
