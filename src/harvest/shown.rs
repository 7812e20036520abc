//! Pages as a browser shows them, for the sources that want one.

use std::hash::Hasher;

use xxhash_rust::xxh3::{Xxh3, xxh3_64};

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

/// What a page in a browser is recognised by the next time: its bytes without scripts, styles and comments, in which
/// each visit has marks of its own. What scripts state of the page (JSON-LD) stays in.
pub(super) fn print(page: &Page) -> u64 {
    const HIDDEN: [(&str, &str); 3] = [("<script", "</script>"), ("<style", "</style>"), ("<!--", "-->")];
    let mut hash = Xxh3::new();
    let mut rest: &str = &page.text;
    while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at(at);
        hash.write(before.as_bytes());
        rest = tag;
        let is_stated = || tag.get(..tag.find('>').unwrap_or(0)).is_some_and(|tag| tag.contains("ld+json"));
        let hidden = HIDDEN.iter().find(|(begin, _)| tag.starts_with(begin)).filter(|_| !is_stated());
        let length = match hidden {
            Some((_, end)) => match tag.find(end) {
                Some(at) => at + end.len(),
                // It never ends, and is not looked for again: that would take the square of the page's length.
                None => break,
            },
            None => {
                hash.write(b"<");
                1
            }
        };
        rest = tag.get(length..).unwrap_or_default();
    }
    hash.write(rest.as_bytes());
    hash.finish()
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn hash(html: &str) -> u64 {
        let url = "https://paper.example/".parse().expect("an URL");
        print(&crate::fetch::saved_page(url, Some("text/html"), html.to_owned().into(), chrono::DateTime::UNIX_EPOCH))
    }

    #[test]
    fn what_scripts_mark_a_visit_with_does_not_change_a_page_and_news_do() {
        let page = "<head><style>a{}</style></head><ul><li><a href=\"/1\">One</a></li></ul>";
        for (other, same) in [
            ("<head><style>b{}</style></head><!-- 3 ms --><ul><li><a href=\"/1\">One</a></li></ul>", true),
            ("<head></head><ul><li><a href=\"/1\">One</a></li></ul><script nonce=x>t=1</script>", true),
            ("<head></head><ul><li><a href=\"/2\">One</a></li></ul>", false),
            ("<head></head><ul><li><a href=\"/1\">Two</a></li></ul>", false),
            (
                "<head></head><ul><li><a href=\"/1\">One</a></li></ul><script type=\"application/ld+json\">{}</script>",
                false,
            ),
            ("<head></head><ul><li><a href=\"/1\">One</a></li></ul><script>never ends", false),
        ] {
            assert_eq!(hash(other) == hash(page), same, "{other}");
        }
    }

    #[test]
    fn a_browser_waits_for_what_the_rules_read() {
        let mut source = Source::at("https://paper.example/".parse().expect("an URL"));
        assert_eq!(browsing(&source, Part::List).wait, None);
        Arc::make_mut(&mut source.rules).listing.item = Some("$.rows[*]".into());
        assert_eq!(browsing(&source, Part::List).wait, None);
        let rules = Arc::make_mut(&mut source.rules);
        rules.listing.item = Some("ul > li".into());
        rules.article.body = vec!["#a".into(), "meta@content".into(), ".b".into()];
        source.browsing.steps = vec![crate::model::Step::Scroll(2)];
        assert_eq!(browsing(&source, Part::List).wait.as_deref(), Some("ul > li"));
        assert_eq!(browsing(&source, Part::More).steps, []);
        assert_eq!(browsing(&source, Part::Article).wait.as_deref(), Some("#a, .b"));
        source.browsing.wait = Some("li.new".into());
        assert_eq!(browsing(&source, Part::List).wait.as_deref(), Some("li.new"));
    }
}
