//! Texts of entries, those of a source's neighbours packed together as one block: they have much in common, and a page
//! of the file wastes less.
//!
//! A block unpacked is a number of texts, then of each its entry's row, the length of its summary and of its content
//! (in four bytes, all bits set where there is none), then the texts themselves, each summary before its content.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use rusqlite::{Connection, OptionalExtension, params};

use super::packing::{damage, pack, unpack, unpack_bytes};

/// A block with so many bytes takes no further text. Reading one text unpacks its block: 50 µs for this much.
const FULL: usize = 64 * 1024;
/// A text that makes a block grow beyond this moves out of it.
const CROWDED: usize = 4 * FULL;
/// Blocks that a reader keeps open: entries of one feed come from few.
const OPEN: usize = 16;
/// Texts of an earlier version that are packed in one transaction, so that runs need not wait.
pub(super) const CHUNK: usize = 64;
/// In place of a length: there is no such text.
const NONE: u32 = u32::MAX;

/// What an entry says at length.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Text {
    pub(super) summary: Option<String>,
    pub(super) content: Option<String>,
}

/// The text of an entry on its way into a block.
#[derive(Debug, Clone, Copy)]
pub(super) struct Piece<'t> {
    pub(super) entry: i64,
    pub(super) summary: Option<&'t str>,
    pub(super) content: Option<&'t str>,
}

/// What the column `summary` holds of an entry whose text is in a block: nothing, or null where there is none.
pub(super) fn mark(summary: Option<&str>) -> Option<&'static str> {
    summary.map(|_| "")
}

/// A block, unpacked.
struct Block {
    bytes: Vec<u8>,
    places: Vec<Place>,
}

/// Where in the bytes of its block the text of an entry is.
struct Place {
    entry: i64,
    summary: Option<Range<usize>>,
    content: Option<Range<usize>>,
}

impl Block {
    fn open(packed: &[u8]) -> rusqlite::Result<Self> {
        let bytes = unpack_bytes(packed)?;
        let places = places(&bytes).ok_or_else(|| damage("a block's contents are not as its head says".to_owned()))?;
        Ok(Self { bytes, places })
    }

    fn pieces(&self) -> impl Iterator<Item = Piece<'_>> {
        let text = |place: &Option<Range<usize>>| std::str::from_utf8(self.bytes.get(place.clone()?)?).ok();
        self.places.iter().map(move |place| Piece {
            entry: place.entry,
            summary: text(&place.summary),
            content: text(&place.content),
        })
    }

    fn text(&self, entry: i64) -> Option<Text> {
        let piece = self.pieces().find(|piece| piece.entry == entry)?;
        Some(Text { summary: piece.summary.map(str::to_owned), content: piece.content.map(str::to_owned) })
    }
}

/// Where the texts of an unpacked block are; `None` where the block is damaged.
fn places(bytes: &[u8]) -> Option<Vec<Place>> {
    let (count, rest) = bytes.split_first_chunk::<4>()?;
    let (heads, _) = rest.as_chunks::<16>();
    let heads = heads.get(..usize::try_from(u32::from_le_bytes(*count)).ok()?)?;
    let mut at = 4 + heads.len() * 16;
    let mut place = |length: [u8; 4]| -> Option<Option<Range<usize>>> {
        match u32::from_le_bytes(length) {
            NONE => Some(None),
            length => {
                let place = at..at.checked_add(usize::try_from(length).ok()?)?;
                std::str::from_utf8(bytes.get(place.clone())?).ok()?;
                at = place.end;
                Some(Some(place))
            }
        }
    };
    let places = heads.iter().map(|head| {
        let (entry, lengths) = head.split_first_chunk::<8>()?;
        let (summary, content) = lengths.split_first_chunk::<4>()?;
        let entry = i64::from_le_bytes(*entry);
        Some(Place { entry, summary: place(*summary)?, content: place(*content.first_chunk::<4>()?)? })
    });
    places.collect()
}

/// Bytes that a piece takes in a block.
fn size(piece: &Piece) -> usize {
    16 + piece.summary.map_or(0, str::len) + piece.content.map_or(0, str::len)
}

/// Packs pieces as a block.
fn closed(pieces: &[Piece]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(4 + pieces.iter().map(size).sum::<usize>());
    let length = |text: Option<&str>| text.map_or(NONE, |text| u32::try_from(text.len()).unwrap_or(NONE)).to_le_bytes();
    bytes.extend(u32::try_from(pieces.len()).unwrap_or(0).to_le_bytes());
    for piece in pieces {
        bytes.extend(piece.entry.to_le_bytes());
        bytes.extend(length(piece.summary));
        bytes.extend(length(piece.content));
    }
    for text in pieces.iter().flat_map(|piece| [piece.summary, piece.content]).flatten() {
        bytes.extend(text.as_bytes());
    }
    pack(bytes)
}

/// Blocks that are read from, each unpacked once.
#[derive(Default)]
pub(super) struct Shelf {
    open: HashMap<i64, Block>,
}

impl Shelf {
    /// The text of an entry in a block.
    pub(super) fn text(&mut self, db: &Connection, block: i64, entry: i64) -> rusqlite::Result<Text> {
        if !self.open.contains_key(&block) {
            let packed: Vec<u8> = db
                .prepare_cached("select packed from blocks where nr = ?1")?
                .query_row([block], |row| row.get(0))
                .optional()?
                .ok_or_else(|| damage(format!("block {block} of entry {entry} is not there")))?;
            if self.open.len() >= OPEN {
                self.open.clear();
            }
            self.open.insert(block, Block::open(&packed)?);
        }
        let text = self.open.get(&block).and_then(|block| block.text(entry));
        text.ok_or_else(|| damage(format!("block {block} has no text of entry {entry}")))
    }
}

/// The text of an entry, wherever it is.
pub(super) fn of(db: &Connection, entry: i64) -> rusqlite::Result<Text> {
    let (block, summary, packed): (Option<i64>, Option<String>, Option<Vec<u8>>) = db
        .prepare_cached(
            "select e.block, e.summary, b.packed from entries e left join bodies b on b.entry = e.nr where e.nr = ?1",
        )?
        .query_row([entry], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    match block {
        Some(block) => Shelf::default().text(db, block, entry),
        None => Ok(Text { summary, content: packed.as_deref().map(unpack).transpose()? }),
    }
}

/// Packs texts of entries of a source, after those that it has, while the caller does what can be done `meanwhile`,
/// knowing the block of each.
pub(super) fn add<T>(
    db: &Connection,
    source: i64,
    pieces: &[Piece],
    meanwhile: impl FnOnce(Vec<i64>) -> rusqlite::Result<T>,
) -> rusqlite::Result<T> {
    if pieces.is_empty() {
        return meanwhile(Vec::new());
    }
    let begun: Option<(i64, Vec<u8>)> = db
        .prepare_cached("select b.nr, b.packed from sources s join blocks b on b.nr = s.block where s.nr = ?1")?
        .query_row([source], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    // A damaged one is left as it is.
    let begun = begun.and_then(|(nr, packed)| Some((nr, Block::open(&packed).ok()?)));
    let newest: i64 = db.prepare_cached("select coalesce(max(nr), 0) from blocks")?.query_row([], |row| row.get(0))?;
    let mut free = newest + 1..;
    let (mut groups, mut blocks) = (Vec::new(), Vec::with_capacity(pieces.len()));
    let (mut open, mut bytes) = (None, 0);
    for piece in pieces {
        let nr = match (open, groups.is_empty(), &begun) {
            (Some(nr), ..) => nr,
            (None, true, Some((nr, block))) => {
                bytes = block.pieces().map(|piece| size(&piece)).sum();
                groups.push((*nr, block.pieces().collect()));
                *nr
            }
            _ => {
                bytes = 0;
                let nr = free.next().unwrap_or_default();
                groups.push((nr, Vec::new()));
                nr
            }
        };
        if let Some((_, group)) = groups.last_mut() {
            group.push(*piece);
        }
        bytes += size(piece);
        blocks.push(nr);
        open = Some(nr).filter(|_| bytes < FULL);
    }
    let mut packed: Vec<Vec<u8>> = Vec::new();
    packed.resize_with(groups.len(), Vec::new);
    let done = if groups.len() > 1 {
        // Packing is half of all the work of storing a front page with its articles.
        rayon::in_place_scope(|scope| {
            for (place, (_, group)) in packed.iter_mut().zip(&groups) {
                scope.spawn(move |_| *place = closed(group));
            }
            meanwhile(blocks)
        })?
    } else {
        for (place, (_, group)) in packed.iter_mut().zip(&groups) {
            *place = closed(group);
        }
        meanwhile(blocks)?
    };
    for ((nr, _), packed) in groups.iter().zip(&packed) {
        write(db, source, *nr, packed)?;
    }
    if open != begun.as_ref().map(|(nr, _)| *nr) {
        db.prepare_cached("update sources set block = ?2 where nr = ?1")?.execute(params![source, open])?;
    }
    Ok(done)
}

/// Writes a block.
fn write(db: &Connection, source: i64, block: i64, packed: &[u8]) -> rusqlite::Result<()> {
    db.prepare_cached(
        "insert into blocks (nr, source, packed) values (?1, ?2, ?3) on conflict (nr) do update set packed = ?3",
    )?
    .execute(params![block, source, packed])
    .map(drop)
}

/// Puts a text in place of what an entry has, its summary in its place.
pub(super) fn put(db: &Connection, source: i64, entry: i64, text: &Text) -> rusqlite::Result<()> {
    let new = Piece { entry, summary: text.summary.as_deref(), content: text.content.as_deref() };
    let mut placed = db.prepare_cached("update entries set block = ?2, summary = ?3 where nr = ?1")?;
    if let Some((nr, block)) = block_of(db, entry)? {
        let pieces: Vec<Piece> = block.pieces().map(|piece| if piece.entry == entry { new } else { piece }).collect();
        let fits = pieces.len() == 1 || pieces.iter().map(size).sum::<usize>() <= CROWDED;
        if fits && pieces.iter().any(|piece| piece.entry == entry) {
            write(db, source, nr, &closed(&pieces))?;
            return placed.execute(params![entry, nr, mark(new.summary)]).map(drop);
        }
    }
    forget(db, &[entry])?;
    for block in add(db, source, &[new], Ok)? {
        placed.execute(params![entry, block, mark(new.summary)])?;
    }
    Ok(())
}

/// The block that an entry's text is in, unless it is damaged.
fn block_of(db: &Connection, entry: i64) -> rusqlite::Result<Option<(i64, Block)>> {
    let found: Option<(i64, Vec<u8>)> = db
        .prepare_cached("select b.nr, b.packed from entries e join blocks b on b.nr = e.block where e.nr = ?1")?
        .query_row([entry], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    Ok(found.and_then(|(nr, packed)| Some((nr, Block::open(&packed).ok()?))))
}

/// Takes the texts of entries out of the file.
pub(super) fn forget(db: &Connection, entries: &[i64]) -> rusqlite::Result<()> {
    let mut gone: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
    let mut ask = db.prepare_cached("select block from entries where nr = ?1 and block is not null")?;
    let mut out = db.prepare_cached("update entries set block = null where nr = ?1")?;
    let mut unpacked = db.prepare_cached("delete from bodies where entry = ?1")?;
    for entry in entries {
        unpacked.execute([entry])?;
        if let Some(block) = ask.query_row([entry], |row| row.get::<_, i64>(0)).optional()? {
            out.execute([entry])?;
            gone.entry(block).or_default().push(*entry);
        }
    }
    for (nr, gone) in gone {
        let row: Option<(i64, Vec<u8>)> = db
            .prepare_cached("select source, packed from blocks where nr = ?1")?
            .query_row([nr], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        // What is damaged can be given back to nobody.
        let Some((source, packed)) = row else { continue };
        let block = Block::open(&packed).ok();
        let left: Vec<Piece> =
            block.iter().flat_map(Block::pieces).filter(|piece| !gone.contains(&piece.entry)).collect();
        if block.is_some() && left.is_empty() {
            db.prepare_cached("update sources set block = null where nr = ?1 and block = ?2")?.execute([source, nr])?;
            db.prepare_cached("delete from blocks where nr = ?1")?.execute([nr])?;
        } else if block.is_some() {
            write(db, source, nr, &closed(&left))?;
        }
    }
    Ok(())
}

/// Packs texts that an earlier version kept each by itself, those of rows after `after`, at most [`CHUNK`]; gives the
/// last row, `None` where none was left.
pub(super) fn gather(db: &Connection, after: i64) -> rusqlite::Result<Option<i64>> {
    let rows: Vec<(i64, i64, Option<String>, Vec<u8>)> = db
        .prepare_cached(
            "select b.entry, e.source, e.summary, b.packed from bodies b join entries e on e.nr = b.entry
             where b.entry > ?1 order by b.entry limit ?2",
        )?
        .query_map(params![after, CHUNK as i64], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?
        .collect::<rusqlite::Result<_>>()?;
    let last = rows.last().map(|(entry, ..)| *entry);
    let mut texts: BTreeMap<i64, Vec<(i64, Option<String>, String)>> = BTreeMap::new();
    for (entry, source, summary, packed) in rows {
        // A damaged one stays where it is, for `doctor` to tell of.
        if let Ok(content) = unpack(&packed) {
            texts.entry(source).or_default().push((entry, summary, content));
        }
    }
    for (source, texts) in texts {
        let pieces: Vec<Piece> = texts
            .iter()
            .map(|(entry, summary, content)| Piece {
                entry: *entry,
                summary: summary.as_deref(),
                content: Some(content),
            })
            .collect();
        for (piece, block) in pieces.iter().zip(add(db, source, &pieces, Ok)?) {
            db.prepare_cached("update entries set block = ?2, summary = ?3 where nr = ?1")?.execute(params![
                piece.entry,
                block,
                mark(piece.summary)
            ])?;
            db.prepare_cached("delete from bodies where entry = ?1")?.execute([piece.entry])?;
        }
    }
    Ok(last)
}

/// How many blocks are damaged, and how many of their texts are no entry's.
pub(super) fn check(db: &Connection) -> rusqlite::Result<(usize, usize)> {
    let (mut damaged, mut strange) = (0, 0);
    let mut whose = db.prepare("select 1 from entries where nr = ?1 and block = ?2")?;
    let mut ask = db.prepare("select nr, packed from blocks")?;
    let mut rows = ask.query([])?;
    while let Some(row) = rows.next()? {
        let nr: i64 = row.get(0)?;
        match Block::open(row.get_ref(1)?.as_blob().unwrap_or_default()) {
            Ok(block) => {
                for piece in block.pieces() {
                    strange += usize::from(!whose.exists([piece.entry, nr])?);
                }
            }
            Err(_) => damaged += 1,
        }
    }
    Ok((damaged, strange))
}
