//! `courant add`: one more source in feeds.toml.

use std::fmt::Write as _;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use clap::Args;
use tokio::sync::watch;
use url::Url;

use super::scout::scout;
use super::{Failure, print, runtime};
use crate::config::{self, Config};
use crate::daemon;
use crate::fetch::{Fetched, Fetcher, Manners};
use crate::harvest::is_astray;
use crate::model::{Browsing, FeedFormat, Kind, Listing, ListingMethod, Page, PageKind, PageRequest, SourceId};
use crate::normalize::canonical;
use crate::read::{CompiledRules, leads_on, read_listing};

/// Add a page to the configuration, after a look at what it lists; comments and layout stay
///
/// Feeds come first: of those that the page announces the richest with the same list is read in its place; else the
/// usual places are asked, and for a page that lists nothing the site's news sitemap. The new file is checked before it
/// takes the old one's place.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The page to watch
    url: String,
    /// The source's permanent name; else one made of the address
    #[arg(long)]
    id: Option<String>,
    /// Show what would be added, and change nothing
    #[arg(long)]
    dry_run: bool,
}

/// How many titles are shown.
const SHOWN: usize = 8;

pub(super) fn run(arguments: Arguments, path: &Path) -> Result<(), Failure> {
    let url = address(&arguments.url)?;
    let config = if path.exists() { Some(config::load(path)?) } else { None };
    let sources = config.as_ref().map_or(&[][..], |c| &c.sources);
    if let Some(same) = sources.iter().find(|s| canonical(&s.url) == canonical(&url)) {
        return Err(Failure::Usage(format!("the source `{}` watches {} already", same.id, same.url)));
    }
    let taken = |id: &str| sources.iter().any(|s| s.id.as_str() == id);
    let id = match &arguments.id {
        Some(id) if taken(id) => {
            return Err(Failure::Usage(format!("there is a source `{id}` already; choose another id with --id")));
        }
        Some(id) => SourceId::new(id.as_str()).map_err(|e| Failure::Usage(e.to_string()))?,
        None => config::suggest_id(&url, taken)
            .ok_or_else(|| Failure::Usage("no id could be made of the address; name one with --id".to_owned()))?,
    };
    let old = if config.is_some() { read(path)? } else { String::new() };
    let append = |url, render| {
        config::append(&old, &id, url, render).map_err(|e| Failure::Usage(format!("{}: {e}", path.display())))
    };
    // What cannot be written is not worth a request.
    append(&url, None)?;
    let Looked { found, url, render } = runtime()?.block_on(look(&url, config.as_ref()))?;
    if let Some(same) = sources.iter().find(|s| canonical(&s.url) == canonical(&url)) {
        return Err(Failure::Usage(format!("{found}\nthe source `{}` watches {} already", same.id, same.url)));
    }
    let new = append(&url, render)?;
    let render = render.map(|render| format!("render = \"{render}\"\n")).unwrap_or_default();
    let block = format!("[sources.{id}]\nurl = \"{url}\"\n{render}");
    if arguments.dry_run {
        return print(&format!("{found}\nThis would be added to {}:\n\n{block}", path.display()));
    }
    replace(path, &new)?;
    print(&format!("{found}\nAdded to {}:\n\n{block}", path.display()))
}

/// An address as people type it: the scheme may be missing.
fn address(text: &str) -> Result<Url, Failure> {
    let whole = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
    match Url::parse(&whole) {
        Ok(mut url) if matches!(url.scheme(), "http" | "https") && url.has_host() => {
            // A fragment is never sent.
            url.set_fragment(None);
            Ok(url)
        }
        _ => Err(Failure::Usage(format!("`{text}` is not an address that can be asked; write https://…"))),
    }
}

/// What was found at an address.
struct Looked {
    /// In words.
    found: String,
    /// The address to watch.
    url: Url,
    /// `render`, where only a browser shows the list.
    render: Option<&'static str>,
}

/// Looks at the page and its site. A page that lists nothing is a failure that says what it is instead.
async fn look(url: &Url, config: Option<&Config>) -> Result<Looked, Failure> {
    let (_stop, stopped) = watch::channel(false);
    let _demo = match config {
        // A running daemon serves the demo site already, on the very port that we would take.
        Some(config) => daemon::demo_site(config, stopped).await.unwrap_or_default(),
        None => None,
    };
    let fetcher = Fetcher::new(config.map_or_else(Manners::default, |c| c.manners.clone()))
        .map_err(|e| Failure::Work(e.to_string()))?;
    let page = get(&fetcher, url).await?;
    let listing = read_listing(&page, Kind::Auto, &CompiledRules::default()).value;
    let mut out = format!("{}\n", page.url);
    if let Some(title) = &listing.title {
        let _ = writeln!(out, "  {title}");
    }
    if let Some(moved) = &page.moved {
        let _ = writeln!(out, "  it has moved to {moved} for good; better add that address");
    }
    if let ListingMethod::Feed(_) = listing.method {
        out.push_str("  a feed\n");
    }
    let mut found = scout(&fetcher, &page, listing, true).await;
    for sentence in &found.said {
        let _ = writeln!(out, "  {sentence}");
    }
    let mut render = None;
    if found.listing.page_kind == PageKind::Shell {
        match fetcher.render(page, &PageRequest::new(url.clone()), &Browsing::default()).await {
            Ok(page) => {
                let shown = read_listing(&page, Kind::Auto, &CompiledRules::default()).value;
                if !shown.teasers.is_empty() {
                    out.push_str("  JavaScript builds the list; a browser will show it\n");
                    (found.listing, render) = (shown, Some("browser"));
                }
            }
            Err(error) => {
                let _ = writeln!(out, "  JavaScript builds the page: {error}");
            }
        }
    }
    Ok(Looked { found: told(out, url, &found.listing)?, url: found.url, render })
}

/// Adds the first headlines.
fn told(mut out: String, url: &Url, listing: &Listing) -> Result<String, Failure> {
    let titles: Vec<&str> = listing.teasers.iter().filter_map(|t| t.headline.as_deref()).collect();
    if listing.teasers.is_empty() || is_astray(listing) || listing.page_kind == PageKind::Shell {
        let why = match listing.page_kind {
            _ if listing.method == ListingMethod::Feed(FeedFormat::Opml) => {
                "it is a list of feeds, not a feed; save it and take it in with `courant import FILE`"
            }
            _ if matches!(listing.method, ListingMethod::Feed(_)) => "the feed has no entries",
            PageKind::Article => "the page is one article, not a list; watch the section it stands in",
            PageKind::Login => "the page asks for a login",
            PageKind::Error => "the page is an error page, whatever its status says",
            PageKind::Consent => "the page asks for consent first",
            PageKind::BotCheck => "the page checks for robots",
            PageKind::Shell => "the page shows no list, in a browser either",
            PageKind::Listing | PageKind::Other => "no list was found on the page",
        };
        return Err(Failure::Work(format!(
            "{out}{url}: {why}; nothing was added. `courant preview {url}` shows more; a list that only rules can find \
             is written by hand, with [sources.….listing]"
        )));
    }
    if listing.page_kind == PageKind::Article {
        out.push_str(
            "  the page reads like one article; these stand beside it (the section it stands in is watched better)\n",
        );
    }
    let _ = writeln!(out, "  {} entries", listing.teasers.len());
    for title in titles.iter().take(SHOWN) {
        let _ = writeln!(out, "    · {title}");
    }
    if titles.len() > SHOWN {
        let _ = writeln!(out, "    · …");
    }
    Ok(out)
}

async fn get(fetcher: &Fetcher, url: &Url) -> Result<Page, Failure> {
    match fetcher.get_led(&PageRequest::new(url.clone()), leads_on).await {
        Ok(Fetched::Page(page)) => Ok(*page),
        Ok(Fetched::NotModified(_)) => {
            Err(Failure::Work(format!("{url}: answered 304 to a question without validators")))
        }
        Err(error) => Err(Failure::Work(format!("{error}; nothing was added"))),
    }
}

/// The letters of a file.
pub(super) fn read(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|e| Failure::Work(format!("cannot read {}: {e}", path.display())))
}

/// Puts a text in a file's place, whole or not at all, after it has been checked.
pub(super) fn replace(path: &Path, text: &str) -> Result<(), Failure> {
    // Behind a symbolic link stands the file that people keep.
    let path = match path.canonicalize() {
        Ok(path) => path,
        Err(error) if error.kind() == ErrorKind::NotFound => path.to_path_buf(),
        Err(error) => return Err(Failure::Work(format!("{}: {error}", path.display()))),
    };
    // In the same folder, so that includes and other relative paths mean the same, and a rename is atomic.
    let draft = Draft(path.with_extension(format!("toml.{}.new", std::process::id())));
    let fail = |what: &str, error: std::io::Error| Failure::Work(format!("cannot {what} {}: {error}", path.display()));
    let mut file = std::fs::File::create_new(&draft.0).map_err(|e| fail("write beside", e))?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(|e| fail("write beside", e))?;
    if let Ok(data) = std::fs::metadata(&path) {
        std::fs::set_permissions(&draft.0, data.permissions()).map_err(|e| fail("keep the permissions of", e))?;
    }
    config::load(&draft.0)?;
    std::fs::rename(&draft.0, &path).map_err(|e| fail("replace", e))
}

/// A file that is gone when it is no longer needed.
struct Draft(PathBuf);

impl Drop for Draft {
    fn drop(&mut self) {
        // Renamed away where all went well.
        let _ = std::fs::remove_file(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_taken_as_typed() {
        for (typed, expected) in [
            ("example.org/news", Some("https://example.org/news")),
            ("http://example.org/#top", Some("http://example.org/")),
            ("ftp://example.org/", None),
            ("", None),
        ] {
            assert_eq!(address(typed).ok().as_ref().map(Url::as_str), expected, "{typed}");
        }
    }

    #[test]
    fn a_file_is_replaced_only_by_one_that_loads() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("feeds.toml");
        std::fs::write(&path, "old").expect("written");
        assert!(matches!(replace(&path, "colour = 1"), Err(Failure::Usage(_))));
        assert_eq!(std::fs::read_to_string(&path).expect("read"), "old");
        replace(&path, "[sources.a]\nurl = \"https://a.example/\"\n").expect("replaced");
        assert!(std::fs::read_to_string(&path).expect("read").contains("a.example"));
        assert_eq!(std::fs::read_dir(folder.path()).expect("listed").count(), 1, "nothing is left beside it");
    }
}
