-- From where a token may be used: networks with a space between, empty for anywhere.
alter table tokens add column networks text not null default '';
