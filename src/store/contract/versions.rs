//! Stores of every schema version that was ever written, kept as they were, open in this one.

use std::io::Read;

use super::*;

/// A store of each version, from a harvest of the demo by the program of its time. A new migration adds a line.
const FIXTURES: &[(u32, &[u8], usize)] = &[
    (1, include_bytes!("versions/1.db.gz"), 28),
    (2, include_bytes!("versions/2.db.gz"), 28),
    (3, include_bytes!("versions/3.db.gz"), 28),
    (4, include_bytes!("versions/4.db.gz"), 28),
    (5, include_bytes!("versions/5.db.gz"), 28),
];

#[tokio::test]
async fn a_store_of_every_earlier_version_opens_with_all_that_it_held() {
    for &(version, packed, count) in FIXTURES {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("courant.db");
        let mut bytes = Vec::new();
        flate2::read::GzDecoder::new(packed).read_to_end(&mut bytes).unwrap();
        std::fs::write(&path, &bytes).unwrap();
        assert!(open_read_only(&path).is_err(), "{version}: a reader does not migrate");
        assert_eq!(std::fs::read(&path).unwrap(), bytes, "{version}");

        let db = rusqlite::Connection::open(&path).unwrap();
        let held = |db: &rusqlite::Connection| -> Vec<(String, i64, i64, String)> {
            let mut ask = db.prepare("select id, published, updated, title from entries order by id").unwrap();
            ask.query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?)))
                .unwrap()
                .map(Result::unwrap)
                .collect()
        };
        let before = held(&db);
        assert_eq!(before.len(), count);
        drop(db);

        let store = open(&path).unwrap();
        assert_eq!(store.integrity().await.unwrap(), Vec::<String>::new(), "{version}");
        let sources = store.sources().await.unwrap().into_iter().map(|s| s.id).collect();
        let selection = Selection { sources };
        let entries = store.entries(&selection, 1000).await.unwrap();
        assert_eq!(entries.len(), count, "{version}");
        assert!(entries.iter().all(|entry| entry.full_text && entry.content.is_some()), "{version}");
        store.pack_texts().await.unwrap();
        let left = |db: rusqlite::Connection| -> i64 {
            db.query_row("select count(*) from bodies", [], |r| r.get(0)).unwrap()
        };
        assert_eq!(left(rusqlite::Connection::open(&path).unwrap()), 0, "{version}");
        assert_eq!(store.entries(&selection, 1000).await.unwrap(), entries, "{version}");
        assert_eq!(store.integrity().await.unwrap(), Vec::<String>::new(), "{version}");
        kept_on(&*store, &entries[0]).await;
        store.close().await.unwrap();
        assert_eq!(held(&rusqlite::Connection::open(&path).unwrap()), before, "{version}");
    }
}

/// What an old store knows, it still knows.
async fn kept_on(store: &dyn Store, entry: &crate::model::Entry) {
    let key = format!("url:{}", crate::normalize::canonical(entry.url.as_ref().unwrap()));
    let known = store.known(&entry.source, vec![key]).await.unwrap();
    assert_eq!(known[0].id, entry.id);
}

#[test]
fn every_version_but_the_present_has_its_fixture() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("courant.db");
    drop(open(&path).unwrap());
    let db = rusqlite::Connection::open(&path).unwrap();
    let present: u32 = db.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    let kept: Vec<u32> = FIXTURES.iter().map(|(version, ..)| *version).collect();
    assert_eq!(kept, (1..present).collect::<Vec<_>>());
}
