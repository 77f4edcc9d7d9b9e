-- What is found by words. Who may see a hit is part of each question, never of the index.
create virtual table search_projects using fts5(
  name, about, tokenize = "unicode61 remove_diacritics 2", prefix = '2 3'
);                                                     -- rowid: key of the project

-- Why things landed: one row a landing.
create table search_landings (
  key       integer primary key autoincrement,         -- never used again: the words outlive a row
  project   integer not null references projects on delete cascade,
  position  integer not null,
  unique (project, position)
) strict;
create virtual table search_reasons using fts5(
  goal, decided, said, tokenize = "unicode61 remove_diacritics 2", prefix = '2 3'
);                                                     -- rowid: key of search_landings

-- The files of each project's newest position. Content is indexed once, however many files have it.
create table search_blobs (
  key       integer primary key autoincrement,
  digest    blob    not null unique,                   -- content id
  files     integer not null                           -- how many rows of search_files name it
) strict;
create table search_files (
  key       integer primary key autoincrement,
  project   integer not null references projects on delete cascade,
  path      text    not null,
  blob      integer references search_blobs,           -- null: its content is not searched
  unique (project, path)
) strict;
create index search_files_by_blob on search_files (blob);
create virtual table search_paths using fts5(
  path, tokenize = "unicode61 remove_diacritics 2", prefix = '2 3'
);                                                     -- rowid: key of search_files
create virtual table search_code using fts5(
  text, parts, content = '', tokenize = "unicode61 remove_diacritics 2"
);                                                     -- rowid: key of search_blobs; the text itself is in the store

-- Up to where a project is in all of these.
create table search_state (
  project   integer primary key references projects on delete cascade,
  position  integer not null,                          -- landings
  tree      blob    not null                           -- files: sha256 of the root tree
) strict;
