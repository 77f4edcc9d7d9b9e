-- The landings of an author, or of an origin, are found without reading all others.
create index landings_by_author on landings (project, author_handle, position);
create index landings_by_origin on landings (project, origin, position);
