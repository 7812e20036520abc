//! Pages as a browser shows them, for the sources that want one.

use xxhash_rust::xxh3::xxh3_64;

use super::{Parts, Watched};
use crate::fetch::FetchError;
use crate::model::{Article, Browsing, Listing, Page, PageKind, PageRequest, Render, Source};

/// What of a source a page is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Its first page: the steps are done.
    List,
    /// A further page of its list.
    More,
    /// An article.
    Article,
}

/// Whether a source's list is always looked at in a browser.
pub(super) fn always(watched: &Watched) -> bool {
    watched.source.render == Render::Browser
}

/// Whether a list was found to be built by scripts, and the source wants a browser there.
pub fn list_wants(source: &Source, listing: &Listing) -> bool {
    source.render == Render::Auto && listing.page_kind == PageKind::Shell
}

/// The same of an article; a browser is not bothered with those that the server gives whole.
pub fn article_wants(source: &Source, article: &Article) -> bool {
    source.render != Render::Http && article.page_kind == PageKind::Shell
}

impl Parts {
    /// A page that was fetched, as a browser shows it.
    pub(super) async fn render(
        &self,
        watched: &Watched,
        page: Page,
        ask: &PageRequest,
        part: Part,
    ) -> Result<Page, FetchError> {
        let plain = xxh3_64(&page.body);
        let page = self.fetcher.render(page, ask, &browsing(&watched.source, part)).await?;
        if let Some(album) = &self.album {
            album.replace(plain, &page, part != Part::Article);
        }
        Ok(page)
    }
}

/// What the browser waits for and does: what the operator says, else the elements that the rules read.
pub fn browsing(source: &Source, part: Part) -> Browsing {
    let css = |text: &String| !text.contains('@') && !text.trim_start().starts_with('$');
    if part == Part::Article {
        let bodies: Vec<String> = source.rules.article.body.iter().filter(|text| css(text)).cloned().collect();
        return Browsing { wait: (!bodies.is_empty()).then(|| bodies.join(", ")), steps: Vec::new() };
    }
    Browsing {
        wait: source.browsing.wait.clone().or_else(|| source.rules.listing.item.clone().filter(css)),
        steps: if part == Part::List { source.browsing.steps.clone() } else { Vec::new() },
    }
}
