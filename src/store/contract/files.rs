//! The file: whose it is, what a crash leaves, copies.

use super::*;

#[tokio::test]
async fn what_was_acknowledged_is_there_after_a_crash() {
    let kept = Kept::new();
    kept.put("x", minute(0), vec![full("a", "A", "<p>text</p>")]).await;
    // The files as they lie on the disk at this instant are what a kill leaves behind.
    let copy = tempfile::tempdir().unwrap();
    for file in ["courant.db", "courant.db-wal"] {
        std::fs::copy(kept.folder.path().join(file), copy.path().join(file)).unwrap();
    }
    let store = open(&copy.path().join("courant.db")).unwrap();
    let entries = store.entries(&all_of(&["x"]), 9).await.unwrap();
    assert_eq!(entries[0].content.as_deref(), Some("<p>text</p>"));
    assert_eq!(store.integrity().await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn a_store_dropped_without_closing_opens_again() {
    let kept = Kept::new();
    kept.put("x", minute(0), vec![draft("a", "A")]).await;
    let Kept { folder, store } = kept;
    drop(store);
    let kept = Kept { store: open(&folder.path().join("courant.db")).unwrap(), folder };
    assert_eq!(kept.titles(&["x"]).await, ["A"]);
}

#[tokio::test]
async fn a_store_that_let_go_of_its_memory_goes_on() {
    let kept = Kept::new();
    kept.put("x", minute(0), vec![draft("a", "A")]).await;
    kept.store.let_go().await.unwrap();
    kept.put("x", minute(1), vec![draft("b", "B")]).await;
    let other = open_read_only(&kept.folder.path().join("courant.db")).unwrap();
    other.let_go().await.unwrap();
    assert_eq!((kept.titles(&["x"]).await.len(), other.entries(&all_of(&["x"]), 9).await.unwrap().len()), (2, 2));
}

#[tokio::test]
async fn many_runs_at_once_are_all_stored() {
    let kept = Kept::new();
    let mut runs = Vec::new();
    for n in 0..300 {
        let store = Arc::clone(&kept.store);
        runs.push(tokio::spawn(async move {
            store.finish(run(&format!("s{}", n % 50), minute(n), vec![draft(&format!("k{n}"), "T")])).await
        }));
    }
    for run in runs {
        assert_eq!(run.await.unwrap().unwrap(), changes(1, 0, 0));
    }
    assert_eq!(kept.store.counts().await.unwrap().entries, 300);
}

#[tokio::test]
async fn a_closed_store_says_so_and_closes_twice() {
    let kept = Kept::new();
    kept.store.close().await.unwrap();
    kept.store.close().await.unwrap();
    assert_eq!(kept.store.sources().await.unwrap_err().kind, StoreTrouble::Closed);
    assert_eq!(kept.store.release(&id("x")).await.unwrap_err().kind, StoreTrouble::Closed);
}

#[tokio::test]
async fn a_second_reader_sees_what_the_daemon_writes_and_writes_nothing() {
    let kept = Kept::new();
    kept.put("x", minute(0), vec![draft("a", "A")]).await;
    let reader = open_read_only(&kept.path()).unwrap();
    assert_eq!(reader.entries(&all_of(&["x"]), 9).await.unwrap().len(), 1);
    assert_eq!(reader.sources().await.unwrap().len(), 1);
    let error = reader.finish(run("x", minute(1), Vec::new())).await.unwrap_err();
    assert_eq!(error.kind, StoreTrouble::ReadOnly);
}

#[tokio::test]
async fn a_store_is_read_as_it_lies_where_nothing_may_be_put_beside_it() {
    let kept = Kept::new();
    kept.put("x", minute(0), vec![draft("a", "A")]).await;
    kept.store.close().await.unwrap();
    let folder = kept.folder.path().join("not mine? 100%#");
    std::fs::create_dir(&folder).unwrap();
    let path = folder.join("courant.db");
    std::fs::copy(kept.path(), &path).unwrap();
    // In the way of the file that readers and writers share.
    std::os::unix::fs::symlink("nowhere", folder.join("courant.db-shm")).unwrap();
    let reader = open_read_only(&path).unwrap();
    assert_eq!(reader.entries(&all_of(&["x"]), 9).await.unwrap()[0].title, "A");
    assert_eq!(reader.sources().await.unwrap().len(), 1);
    // A killed process has left what is not in the file yet.
    std::fs::write(folder.join("courant.db-wal"), "changes").unwrap();
    let error = open_read_only(&path).err().unwrap();
    assert_eq!(error.kind, StoreTrouble::ReadOnly);
    assert!(error.message.contains("courant.db-wal yet; read it as the user who runs Courant"), "{error}");
}

#[tokio::test]
async fn reading_what_is_not_there_makes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("courant.db");
    assert_eq!(open_read_only(&path).map(drop).unwrap_err().kind, StoreTrouble::Missing);
    assert!(!path.exists());
}

#[test]
fn other_peoples_files_are_refused_and_left_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let check = |name: &str, expected: StoreTrouble| {
        let path = folder.path().join(name);
        let before = std::fs::read(&path).unwrap();
        for opened in [open(&path), open_read_only(&path)] {
            let error = opened.map(drop).unwrap_err();
            assert_eq!(error.kind, expected, "{name}: {error}");
            assert!(error.message.contains(name), "{error}");
        }
        assert_eq!(std::fs::read(&path).unwrap(), before, "{name}");
    };
    garbage(&folder.path().join("list.txt"));
    check("list.txt", StoreTrouble::Foreign);

    let other = rusqlite::Connection::open(folder.path().join("other.db")).unwrap();
    other.execute_batch("create table songs (name text)").unwrap();
    drop(other);
    check("other.db", StoreTrouble::Foreign);

    let newer = folder.path().join("newer.db");
    drop(open(&newer).unwrap());
    let db = rusqlite::Connection::open(&newer).unwrap();
    db.execute_batch("pragma wal_checkpoint(truncate); pragma journal_mode = delete; pragma user_version = 999")
        .unwrap();
    drop(db);
    check("newer.db", StoreTrouble::Newer);
}

#[tokio::test]
async fn a_damaged_file_is_reported_and_not_overwritten() {
    let kept = Kept::new();
    let drafts = (0..200).map(|n| full(&format!("k{n}"), "T", &format!("{n} ").repeat(2000))).collect();
    kept.put("x", minute(0), drafts).await;
    kept.store.close().await.unwrap();
    let mut bytes = std::fs::read(kept.path()).unwrap();
    let middle = bytes.len() / 4;
    bytes[middle..].fill(0xa5);
    std::fs::write(kept.path(), &bytes).unwrap();
    let error = match open(&kept.path()) {
        Ok(store) => store.entries(&all_of(&["x"]), 1000).await.unwrap_err(),
        Err(error) => error,
    };
    assert_eq!(error.kind, StoreTrouble::Corrupt, "{error}");
    assert!(error.message.contains("courant.db") && error.message.contains("backup"), "{error}");
    assert_eq!(std::fs::metadata(kept.path()).unwrap().len(), bytes.len() as u64);
}

#[tokio::test]
async fn a_text_that_does_not_unpack_is_told() {
    let kept = Kept::new();
    kept.put("x", minute(0), vec![full("a", "A", "<p>text</p>"), full("b", "B", "<p>text</p>")]).await;
    let db = rusqlite::Connection::open(kept.path()).unwrap();
    db.execute("update blocks set packed = x'01a5a5'", []).unwrap();
    assert_eq!(kept.store.integrity().await.unwrap(), ["1 blocks of texts are damaged"]);
}

#[tokio::test]
async fn a_backup_is_whole_and_overwrites_nothing() {
    let kept = Kept::new();
    kept.put("x", minute(0), vec![full("a", "A", "<p>text</p>")]).await;
    let copy = kept.folder.path().join("copy.db");
    kept.store.backup(&copy).await.unwrap();
    assert!(kept.store.backup(&copy).await.is_err());
    let second = open(&copy).unwrap();
    assert_eq!(
        second.entries(&all_of(&["x"]), 9).await.unwrap(),
        kept.store.entries(&all_of(&["x"]), 9).await.unwrap()
    );
    assert_eq!(second.integrity().await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn the_size_of_what_is_held_is_told() {
    let kept = Kept::new();
    kept.put("x", minute(0), vec![draft("a", "A")]).await;
    kept.put("x", minute(1), vec![draft("a", "B")]).await;
    let counts = kept.store.counts().await.unwrap();
    assert_eq!((counts.sources, counts.entries, counts.tombstones, counts.revisions), (1, 1, 0, 1));
    assert!(counts.bytes > 0);
}
