//! `courant opml`: the list of our feeds.

use std::path::Path;

use clap::Args;

use super::{Failure, load, print};
use crate::publish;

/// Print an OPML list of all feeds, for importing into a feed reader
#[derive(Debug, Args)]
pub(super) struct Arguments {}

pub(super) fn run(_: Arguments, path: &Path) -> Result<(), Failure> {
    let config = load(path)?;
    let base = config.bind.base_url.as_str().trim_end_matches('/');
    let (locked, open): (Vec<_>, Vec<_>) = config.feeds.iter().partition(|feed| config.locks.has_feed(&feed.id));
    for feed in locked {
        eprintln!("[feeds.{0}] has a token: {0} is left out", feed.id);
    }
    let feeds: Vec<_> = open.into_iter().map(|feed| (feed, format!("{base}/feeds/{}.atom", feed.id))).collect();
    print(&publish::opml("Courant", &feeds))
}
