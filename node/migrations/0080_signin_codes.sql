-- A sign-in link has a short code, for who cannot open the link: typed on the sign-in page.
alter table sign_in_links add column code blob;           -- sha256 of the code; none before this
create unique index sign_in_links_code on sign_in_links (code) where code is not null;
