-- Instants are milliseconds since 1970 in UTC; hashes are 64 bits read as signed.

-- An address that is watched, and all that is known of it between runs. Never deleted: entries hang on it.
create table sources (
    nr integer primary key,
    id text not null unique,
    configured integer not null,
    title text,
    home text,
    feed text,
    etag text,
    last_modified text,
    body_hash integer,
    reading integer,
    next_run integer not null,
    last_run integer,
    last_success integer,
    last_outcome text,
    last_reason text not null default '',
    failures integer not null default 0,
    -- How many entries are published, kept by whoever adds or deletes.
    entries integer not null default 0,
    -- Grows with every change to an entry; `changed` tells when it last did.
    revision integer not null default 0,
    changed integer,
    claimed_by text,
    claimed_until integer
) strict;
create index sources_due on sources (next_run) where configured = 1;

-- The stored unit. Text that is long lives in `bodies`, so that rows to be compared lie close together.
create table entries (
    nr integer primary key,
    source integer not null references sources (nr),
    id text not null unique,
    published integer not null,
    updated integer not null,
    first_seen integer not null,
    -- Hash of title and visible text as last stored, and of the last draft that knew less than the entry.
    fingerprint integer not null,
    teaser_print integer,
    -- Hash of the keys of the last draft: while it is the same, the ledger needs no look.
    keys_print integer not null,
    -- 0 teaser only, 1 some content, 2 full text.
    depth integer not null,
    attempts integer not null default 0,
    -- Of a deleted entry: when it was deleted or its source last showed it.
    tombstone integer,
    url text,
    title text not null,
    summary text,
    language text,
    authors text,
    categories text,
    picture text,
    enclosures text
) strict;
create index entries_of_source on entries (source, published) where tombstone is null;
create index entries_in_time on entries (published) where tombstone is null;
create index entries_deleted on entries (tombstone) where tombstone is not null;

-- Content, packed: the first byte tells how.
create table bodies (
    entry integer primary key references entries (nr),
    packed blob not null
) strict;

-- Texts as they were before they changed.
create table revisions (
    nr integer primary key,
    entry integer not null references entries (nr),
    until integer not null,
    title text not null,
    summary text,
    packed blob
) strict;
create index revisions_of_entry on revisions (entry);

-- The ledger of identity: all that an entry is recognised by. A deleted entry's keys stay.
create table keys (
    source integer not null,
    key text not null,
    entry integer not null,
    primary key (source, key)
) strict, without rowid;

-- What each run came to; the last hundred or so of each source.
create table reports (
    source integer not null references sources (nr),
    seq integer not null,
    started integer not null,
    finished integer not null,
    outcome text not null,
    reason text not null,
    status integer,
    listed integer not null,
    new integer not null,
    altered integer not null,
    same integer not null,
    articles integer not null,
    articles_failed integer not null,
    bytes integer not null,
    problems text,
    primary key (source, seq)
) strict, without rowid;
