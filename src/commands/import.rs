//! `courant import`: the sources of a list of feeds, or of another program's configuration.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use chrono::Utc;
use clap::Args;
use url::Url;

use super::{Failure, add, inspect, print};
use crate::config::{self, Addition, Foreign};
use crate::fetch::saved_page;
use crate::model::{FeedFormat, FeedLink, Kind, ListingMethod, ListingRules, Rules};
use crate::normalize::canonical;
use crate::read::{CompiledRules, read_listing};

/// Add every feed of an OPML list, or of rsspls' or Feed me up, Scotty's configuration; comments and layout stay
///
/// Folders become tags, other programs' selectors become rules. What the configuration watches already is left out. Nothing is fetched, and the new file is
/// checked before it takes the old one's place.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The list as another reader exports it, or the other program's configuration (`.gz` is unpacked), or `-` for standard input
    file: PathBuf,
    /// Show what would be added, and change nothing
    #[arg(long)]
    dry_run: bool,
}

pub(super) fn run(arguments: Arguments, path: &Path) -> Result<(), Failure> {
    let feeds = listed(&arguments.file)?;
    let config = if path.exists() { Some(config::load(path)?) } else { None };
    let old = if config.is_some() { add::read(path)? } else { String::new() };
    let sources = config.as_ref().map_or(&[][..], |c| &c.sources);
    let watched = sources.iter().map(|s| canonical(&s.url)).collect();
    let ids = sources.iter().map(|s| s.id.to_string()).collect();
    let (additions, passed_over) = additions(feeds, watched, ids);
    let mut said = String::new();
    for (feed, why) in &passed_over {
        let _ = writeln!(said, "  left out: {feed}: {why}");
    }
    for added in &additions {
        let title = added.title.as_deref().unwrap_or_default();
        let _ = writeln!(said, "  [sources.{}]  {}  {title}", added.id, added.url);
    }
    let new = config::append_all(&old, &additions).map_err(|e| Failure::Usage(format!("{}: {e}", path.display())))?;
    let number = additions.len();
    let (noun, file) = (if number == 1 { "source" } else { "sources" }, path.display());
    if arguments.dry_run {
        return print(&format!("{said}{number} {noun} would be added to {file}\n"));
    }
    if number > 0 {
        add::replace(path, &new)?;
    }
    print(&format!("{said}{number} {noun} added to {file}\n"))
}

/// A feed or page that a file names.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Named {
    url: Url,
    title: Option<String>,
    folders: Vec<String>,
    kind: Option<&'static str>,
    rules: Vec<(&'static str, String)>,
    off: bool,
}

/// The feeds that a file lists: OPML, or another program's configuration.
fn listed(file: &Path) -> Result<Vec<Named>, Failure> {
    let bytes = inspect::read_bytes(file).map_err(Failure::Usage)?;
    if let Some(feeds) = std::str::from_utf8(&bytes).ok().and_then(config::foreign) {
        return Ok(feeds.into_iter().map(Named::of_program).collect());
    }
    let placeholder = Url::parse(PLACEHOLDER).map_err(|e| Failure::Usage(e.to_string()))?;
    let page = saved_page(placeholder, None, bytes.into(), Utc::now());
    let read = read_listing(&page, Kind::Feed, &CompiledRules::default());
    let why = match read.value.method {
        ListingMethod::Feed(FeedFormat::Opml) if !read.value.feeds.is_empty() => {
            return Ok(read.value.feeds.into_iter().map(Named::of_list).collect());
        }
        ListingMethod::Feed(FeedFormat::Opml) => "the list names no feeds".to_owned(),
        ListingMethod::Feed(_) => "it is a feed itself, not a list of feeds; `courant add URL` takes it".to_owned(),
        _ => read.problems.first().map_or("it is no OPML".to_owned(), |p| p.message.clone()),
    };
    Err(Failure::Work(format!("{}: {why}; nothing was added", file.display())))
}

impl Named {
    fn of_list(link: FeedLink) -> Self {
        let FeedLink { url, title, folders, .. } = link;
        Self { url, title, folders, kind: Some("feed"), rules: Vec::new(), off: false }
    }

    fn of_program(feed: Foreign) -> Self {
        let Foreign { title, url, rules, off } = feed;
        Self { url, title, folders: Vec::new(), kind: None, rules, off }
    }

    /// Whether its selectors are ones that we know.
    fn compiles(&self) -> bool {
        let mut listing = ListingRules::default();
        for (key, selector) in &self.rules {
            match *key {
                "item" => listing.item = Some(selector.clone()),
                _ => listing.title.push(selector.clone()),
            }
        }
        CompiledRules::compile(&Rules { listing, ..Rules::default() }).is_ok()
    }
}

/// A list that came from a file has no address: what is relative in it leads nowhere (RFC 2606).
const PLACEHOLDER: &str = "http://list.invalid/";

/// What is left out, and why.
type PassedOver = (String, &'static str);

/// The sources that the feeds become, and the feeds that become none.
fn additions(
    feeds: Vec<Named>,
    mut watched: HashSet<String>,
    mut ids: HashSet<String>,
) -> (Vec<Addition>, Vec<PassedOver>) {
    let (mut additions, mut passed_over) = (Vec::new(), Vec::new());
    for mut feed in feeds {
        feed.url.set_fragment(None);
        let mut pass = |why| passed_over.push((feed.url.to_string(), why));
        if !matches!(feed.url.scheme(), "http" | "https") || feed.url.host_str() == Some("list.invalid") {
            pass("it is no address that can be asked");
            continue;
        }
        if feed.off {
            pass("it is switched off there");
            continue;
        }
        if !feed.compiles() {
            pass("one of its selectors is no CSS that is known here; add it by hand");
            continue;
        }
        if !watched.insert(canonical(&feed.url)) {
            pass("it is watched already");
            continue;
        }
        let Some(id) = config::suggest_id(&feed.url, |id| ids.contains(id)) else {
            pass("no id could be made of it");
            continue;
        };
        ids.insert(id.to_string());
        let mut tags: Vec<String> = Vec::new();
        for tag in feed.folders.iter().filter_map(|f| config::suggest_tag(f)) {
            if !tags.contains(&tag) {
                tags.push(tag);
            }
        }
        let Named { url, title, kind, rules, .. } = feed;
        additions.push(Addition { id, url, kind, render: None, title, tags, rules });
    }
    (additions, passed_over)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_feed_becomes_one_source_with_an_id_of_its_own() {
        let link = |url: &str, folders: &[&str]| {
            Named::of_list(FeedLink {
                url: Url::parse(url).expect("a URL"),
                title: Some("T".to_owned()),
                media_type: None,
                folders: folders.iter().map(|f| (*f).to_owned()).collect(),
            })
        };
        let feeds = vec![
            link("https://a.example/feed.xml", &["News", "news", "Sea: all"]),
            link("https://www.a.example/feed.xml#x", &[]),
            link("https://a.example/other/feed", &[]),
            link("https://known.example/feed", &[]),
            link("ftp://b.example/feed", &[]),
            link("http://list.invalid/feed", &[]),
        ];
        let known = canonical(&Url::parse("https://known.example/feed").expect("a URL"));
        let (added, passed_over) = additions(feeds, HashSet::from([known]), HashSet::from(["a".to_owned()]));
        let shown: Vec<_> = added.iter().map(|a| (a.id.as_str(), a.url.as_str(), a.tags.join(","))).collect();
        assert_eq!(
            shown,
            [
                ("a-2", "https://a.example/feed.xml", "news,sea all".to_owned()),
                ("a-other", "https://a.example/other/feed", String::new()),
            ]
        );
        assert_eq!(passed_over.len(), 4, "{passed_over:?}");
    }

    #[test]
    fn the_list_that_we_publish_is_read_back() {
        use crate::model::{Dedupe, Feed, FeedId, Selection};
        let feed = |id: &str, title: &str| Feed {
            id: FeedId::new(id).expect("an id"),
            title: title.to_owned(),
            description: None,
            language: None,
            selection: Selection { sources: Vec::new() },
            limit: 1,
            full_text: true,
            dedupe: Dedupe::Link,
            apart: Vec::new(),
            about: None,
        };
        let (sea, hills) = (feed("sea", "Sea & <harbour> \"news\""), feed("hills", "山 – Ünïcode"));
        let published = [
            (&sea, "https://n.example/feeds/sea.atom?a=1&b=2".to_owned()),
            (&hills, "https://n.example/feeds/hills.rss".to_owned()),
        ];
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("list.opml");
        std::fs::write(&file, crate::publish::opml("Ours", &published)).expect("written");
        let read: Vec<_> = listed(&file).expect("a list").into_iter().map(|f| (f.title, f.url.to_string())).collect();
        let expected: Vec<_> = published.iter().map(|(f, url)| (Some(f.title.clone()), url.clone())).collect();
        assert_eq!(read, expected);
    }

    #[test]
    fn what_is_no_list_is_refused_with_a_reason() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("list");
        for (text, why) in [
            ("<opml><body/></opml>", "names no feeds"),
            ("<rss><channel><title>T</title></channel></rss>", "a feed itself"),
            ("<html><body>no</body></html>", "none of RSS"),
            ("", "empty"),
        ] {
            std::fs::write(&file, text).expect("written");
            let said = listed(&file).expect_err("refused").to_string();
            assert!(said.contains(why), "{said}");
        }
    }
}
