-- Whether what a source tells is looked for in other sources.
alter table sources add column stories integer not null default 0;

-- What the latest full texts are known by, of those sources; forgotten once no twin can come any more.
create table sketches (
    entry integer primary key references entries (nr),
    published integer not null,
    -- The headline's band, where it says enough.
    headline integer,
    sketch blob not null
) strict;
create index sketches_in_time on sketches (published);

-- The sketches, turned round: which texts share a mark, which a headline.
create table bands (
    band integer not null,
    entry integer not null,
    source integer not null,
    primary key (band, entry)
) strict, without rowid;

-- Entries of several sources that tell one story: the story is named by the entry that was stored first.
create table stories (
    entry integer primary key references entries (nr),
    story integer not null
) strict;
create index stories_together on stories (story);

-- Our subscriptions at the hubs of sources (WebSub), each with what nobody else knows: the callback's key and the secret.
create table followings (
    source text primary key,
    hub text not null,
    topic text not null,
    key text not null,
    secret text not null,
    asked integer not null,
    tries integer not null,
    -- When it ends; null until the hub has confirmed it.
    until integer,
    -- When something was last told.
    told integer
) strict;

-- What a feed says of an entry beyond the common fields, as JSON; null where nothing.
alter table entries add column extras text;
-- What a source's feed says of itself, as JSON; null where nothing.
alter table sources add column about text;

-- What the answers of a source have in common, to pack further ones with.
create table dictionaries (
    nr integer primary key,
    source integer not null references sources (nr),
    made integer not null,
    bytes blob not null
) strict;
create index dictionaries_of_source on dictionaries (source);
-- What an answer is packed with; null where with nothing.
alter table snapshots add column dictionary integer;

-- What a source's list last showed and needs no more of, packed: see `seen.rs`. Known again by its page or not at all:
-- may be emptied at any time.
create table seen (
    source integer primary key references sources (nr),
    packed blob not null
) strict;
