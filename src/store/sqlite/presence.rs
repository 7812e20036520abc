//! Who lives on a store's file: lock files beside it, which the system frees when a process dies, however it dies.
//! SQLite's own locks cannot tell: they are held only during transactions.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// How often a process makes a file of its own where others take it for one that is left over.
const TRIES: u32 = 5;

/// A process that writes to a store, as long as this is held.
#[derive(Debug)]
pub(super) struct Presence {
    /// A lock that all such processes share; `None` where the file system knows no locks.
    _shared: Option<File>,
    /// A locked file of its own, and where that is.
    own: Option<(PathBuf, File)>,
    /// What its claims bear, by which others tell whether it lives; nothing where they cannot.
    pub(super) name: String,
}

impl Presence {
    pub(super) fn announce(path: &Path) -> Self {
        // Over NFS a shared lock wants a file open for reading, another one a file open for writing (flock(2)).
        let shared = OpenOptions::new().create(true).truncate(false).read(true).write(true).open(lock_of(path)).ok();
        let shared = shared.filter(|file| file.try_lock_shared().is_ok());
        clear(path);
        let own = shared.is_some().then(|| (0..TRIES).find_map(|n| of_ones_own(path, n))).flatten();
        let (name, own) = own.map_or_else(Default::default, |(name, own)| (name, Some(own)));
        Self { _shared: shared, own, name }
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        if let Some((path, _)) = &self.own {
            let _ = std::fs::remove_file(path);
        }
    }
}

/// Makes and locks a file that nobody else has; tells what it is called.
fn of_ones_own(path: &Path, nth: u32) -> Option<(String, (PathBuf, File))> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let name = format!("{}-{}-{nth}", std::process::id(), now.as_nanos());
    let own = lock_of_one(path, &name);
    let file = OpenOptions::new().create_new(true).write(true).open(&own).ok()?;
    file.try_lock().ok()?;
    // Who found it before it was locked has taken it away.
    let (made, there) = (file.metadata().ok()?, std::fs::metadata(&own).ok()?);
    ((made.dev(), made.ino()) == (there.dev(), there.ino())).then_some((name, (own, file)))
}

/// Whether the process of this name is no more. Its file goes with its end, or stays without a lock where it was killed.
pub(super) fn is_dead(path: &Path, name: &str) -> bool {
    !name.is_empty() && is_left(&lock_of_one(path, name))
}

fn is_left(lock: &Path) -> bool {
    match File::open(lock) {
        // Shared, so that whoever else just looks does not seem to hold it.
        Ok(file) => file.try_lock_shared().is_ok(),
        Err(error) => error.kind() == ErrorKind::NotFound,
    }
}

/// Removes what killed processes have left beside the store.
fn clear(path: &Path) {
    let prefix = lock_of_one(path, "");
    let folder = prefix.parent().filter(|folder| !folder.as_os_str().is_empty());
    let Some(prefix) = prefix.file_name() else { return };
    let files = std::fs::read_dir(folder.unwrap_or(Path::new("."))).into_iter().flatten().flatten();
    for file in files.filter(|file| file.file_name().as_encoded_bytes().starts_with(prefix.as_encoded_bytes())) {
        if is_left(&file.path()) {
            let _ = std::fs::remove_file(file.path());
        }
    }
}

/// Whether a process is there that writes; asked without being one.
pub(in crate::store) fn in_use(path: &Path) -> bool {
    // A lock file that nobody holds is left over from whoever wrote last, and means nothing.
    let lock = lock_of(path);
    let file = OpenOptions::new().write(true).open(&lock).or_else(|_| File::open(&lock));
    file.is_ok_and(|file| matches!(file.try_lock(), Err(TryLockError::WouldBlock)))
}

fn lock_of(path: &Path) -> PathBuf {
    beside(path, ".lock")
}

fn lock_of_one(path: &Path, name: &str) -> PathBuf {
    beside(path, &format!(".lock-{name}"))
}

/// Beside the file itself, whatever links led there: another process may have come another way.
fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.canonicalize().unwrap_or_else(|_| path.to_owned()).into_os_string();
    name.push(end);
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_lives_and_who_does_not_is_told_by_their_locks() {
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("store.db");
        let files = || std::fs::read_dir(folder.path()).unwrap().count();
        let (one, other) = (Presence::announce(&store), Presence::announce(&store));
        assert_ne!(one.name, other.name);
        assert!(in_use(&store) && !is_dead(&store, &one.name) && !is_dead(&store, &other.name));
        assert_eq!(files(), 3);
        let name = other.name.clone();
        drop(other);
        assert!(in_use(&store) && is_dead(&store, &name) && !is_dead(&store, &one.name));
        assert_eq!(files(), 2);
        // As a process leaves it that is killed; another that looks holds it for that long.
        std::fs::write(lock_of_one(&store, "7-7-0"), "").unwrap();
        let looking = File::open(lock_of_one(&store, "7-7-0")).unwrap();
        looking.try_lock_shared().unwrap();
        assert!(is_dead(&store, "7-7-0") && !is_dead(&store, ""));
        drop(one);
        assert!(!in_use(&store));
        let next = Presence::announce(&store);
        assert_eq!(files(), 2);
        assert!(is_dead(&store, "7-7-0") && !is_dead(&store, &next.name));
    }

    #[test]
    fn who_comes_to_the_store_by_a_link_meets_those_who_did_not() {
        let folder = tempfile::tempdir().unwrap();
        let (store, link) = (folder.path().join("store.db"), folder.path().join("link.db"));
        std::fs::write(&store, "").unwrap();
        std::os::unix::fs::symlink("store.db", &link).unwrap();
        let one = Presence::announce(&store);
        assert!(in_use(&link) && !is_dead(&link, &one.name));
        let other = Presence::announce(&link);
        assert!(!is_dead(&store, &other.name) && !is_dead(&link, &one.name));
    }
}
