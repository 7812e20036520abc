//! A change to `feeds.toml`: check, swap, or keep the last good one and say so.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use chrono::Utc;
use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tracing::{error, info, warn};

use super::workers::{STORE_PAUSE, reschedule};
use super::{DaemonError, Plan};
use crate::config::{self, Config};
use crate::model::SourceId;
use crate::schedule;
use crate::store::Store;

/// How long the file must have been left alone: editors write in several steps.
const SETTLED: Duration = Duration::from_millis(300);

/// So many sources that an edit changes run at once.
const FEW: usize = 8;

/// Watches the configuration's files and SIGHUP, and replaces the plan. Ends when aborted.
pub(super) fn spawn(
    config: &Config,
    plan: watch::Sender<Arc<Plan>>,
    store: Arc<dyn Store>,
    stop: watch::Receiver<bool>,
) -> Result<JoinHandle<()>, DaemonError> {
    let mut hangup =
        signal(SignalKind::hangup()).map_err(|error| DaemonError::System { what: "listening for SIGHUP", error })?;
    let (touched, mut touches) = mpsc::channel::<PathBuf>(64);
    let mut eyes = Eyes::open(touched);
    eyes.look_at(config);
    let path = config.path.clone();
    Ok(tokio::spawn(async move {
        loop {
            tokio::select! {
                _ = hangup.recv() => info!("SIGHUP: reading {} again", path.display()),
                touched = touches.recv() => {
                    let Some(touched) = touched else { return };
                    // A new file may be one that an `include` names.
                    let is_toml = touched.extension().is_some_and(|extension| extension == "toml");
                    let is_file = |file: &PathBuf| absolute(file) == touched;
                    if !eyes.lose(&touched) && !is_toml && !plan.borrow().config.files.iter().any(is_file) {
                        continue;
                    }
                    while let Ok(Some(more)) = tokio::time::timeout(SETTLED, touches.recv()).await {
                        eyes.lose(&more);
                    }
                }
            }
            let before = plan.borrow().clone();
            let taken = loop {
                match take_up(&path, &before, &store, &stop).await {
                    // Nobody touches the file again because of that.
                    Err(DaemonError::Store(error)) => {
                        error!("{error}\nthe edit is taken up once the store is well");
                        tokio::time::sleep(STORE_PAUSE).await;
                    }
                    taken => break taken,
                }
            };
            match taken {
                Ok(None) => {}
                Ok(Some(after)) => drop(plan.send_replace(Arc::new(after))),
                Err(error) => error!("{error}\nthe last good configuration stays in force"),
            }
            eyes.look_at(&plan.borrow().config);
        }
    }))
}

/// Loads the file and makes it the plan; `None` when it says what it said before.
async fn take_up(
    path: &Path,
    before: &Plan,
    store: &Arc<dyn Store>,
    stop: &watch::Receiver<bool>,
) -> Result<Option<Plan>, DaemonError> {
    let config = config::load(path)?;
    if config == *before.config {
        info!("{} says what it said before", path.display());
        return Ok(None);
    }
    for warning in &config.warnings {
        warn!("{warning}");
    }
    let old = &before.config;
    if (config.bind.listen, &config.store, &config.demo) != (old.bind.listen, &old.store, &old.demo) {
        warn!("changes to server.listen, store.url and demo are taken up at the next start");
    }
    let mut plan = Plan::new(Arc::new(config), store.clone(), stop.clone())?;
    plan.go_on_from(before)?;
    plan.enrol(&**store).await?;
    // Harvested at once, so that the operator sees what the edit did; many of them within some seconds.
    let changed: Vec<&SourceId> = plan.changed_since(before).collect();
    let now = Utc::now();
    let at = |id: &SourceId| if changed.len() > FEW { schedule::soon(id.as_str(), now) } else { now };
    reschedule(&**store, changed.iter().copied(), at).await?;
    let gone = before.watched.keys().filter(|id| !plan.watched.contains_key(id)).count();
    info!("{} taken up: {} sources new or changed, {gone} gone", path.display(), changed.len());
    Ok(Some(plan))
}

/// A path as the operating system's notices name it: they repeat the folder as it was given.
fn absolute(file: &Path) -> PathBuf {
    std::path::absolute(file).unwrap_or_else(|_| file.to_owned())
}

/// The operating system's notices of changed files. Folders are watched, since editors replace files.
struct Eyes {
    watcher: Option<RecommendedWatcher>,
    /// The folders of the configuration's files, those that are there or may come.
    wanted: HashSet<PathBuf>,
    watched: HashSet<PathBuf>,
}

impl Eyes {
    fn open(touched: mpsc::Sender<PathBuf>) -> Self {
        let watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            // Reading is what we do ourselves.
            let Ok(event) = event else { return };
            if event.kind.is_access() {
                return;
            }
            for path in event.paths {
                // A full queue holds a touch already.
                let _ = touched.try_send(path);
            }
        });
        let watcher = watcher
            .map_err(|error| warn!("changes to feeds.toml will not be noticed ({error}); send SIGHUP instead"))
            .ok();
        Self { watcher, wanted: HashSet::new(), watched: HashSet::new() }
    }

    /// Watches the folders of a configuration's files and, that they come and go, those around the included ones.
    fn look_at(&mut self, config: &Config) {
        let Some(watcher) = &mut self.watcher else { return };
        let included = config.folders.iter().map(|folder| absolute(folder));
        let files = config.files.iter().filter_map(|file| Some(absolute(file).parent()?.to_owned()));
        let around = config.folders.iter().filter_map(|folder| Some(absolute(folder).parent()?.to_owned()));
        self.wanted = files.chain(included).collect();
        for folder in self.wanted.iter().cloned().chain(around) {
            if !folder.is_dir() || !self.watched.insert(folder.clone()) {
                continue;
            }
            if let Err(error) = watcher.watch(&folder, RecursiveMode::NonRecursive) {
                warn!("changes in {} will not be noticed ({error}); send SIGHUP instead", folder.display());
            }
        }
    }

    /// Whether what was touched is a folder that is wanted: another may stand in its place, which is not watched yet.
    fn lose(&mut self, touched: &Path) -> bool {
        if let Some(watcher) = &mut self.watcher
            && self.wanted.contains(touched)
            && self.watched.remove(touched)
        {
            // It may be gone, and with it the watch.
            let _ = watcher.unwatch(touched);
        }
        self.wanted.contains(touched)
    }
}
