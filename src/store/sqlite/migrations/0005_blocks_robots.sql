-- Texts of neighbours, packed together: entries of one source have much in common. See `texts.rs` for what is in one.
create table blocks (
    nr integer primary key,
    source integer not null references sources (nr),
    packed blob not null
) strict;
-- The block that an entry's text is in, its summary too (whose own column is empty then, and null where there is none);
-- null where the entry has no text, or still has it in `bodies`, as all had before.
alter table entries add column block integer;
-- The block that takes a source's next texts; null where a new one is begun.
alter table sources add column block integer;

-- What sites' robots.txt say, for as long as it holds; nobody asks a site for it again because Courant was restarted.
create table robots (
    origin text primary key,
    until integer not null,
    -- The text, packed; null where there is none, so that all is allowed.
    packed blob
) strict;
