-- Where the word of a holder came from that has proven nothing yet: see node.replication.places.
alter table copies add column origin text not null default '';
create index copies_due on copies (due_at);
