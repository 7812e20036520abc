//! Sitemaps 0.9, sitemap indexes, news sitemaps; and the plain lists of addresses that the protocol allows.

use url::Url;

use crate::html::html_to_text;
use crate::model::{
    FeedLink, Listing, ListingMethod, Origin, Page, Picture, Problem, Read, Teaser, Written, fold_space,
};
use crate::read::discover::is_of_news;
use crate::read::xml::{Element, Lexer, Space, Token, Xml};

/// Most addresses of one sitemap (the protocol's own limit).
const MAX_ADDRESSES: usize = 50_000;
/// How far the first element may be from the beginning, in bytes.
const FAR: usize = 8 * 1024;

/// Whether a document is a sitemap or a sitemap index, by its first element.
pub(super) fn looks_like_sitemap(page: &Page) -> bool {
    let beginning = page.text.get(..page.text.floor_char_boundary(FAR)).unwrap_or_default();
    let first = Lexer::new(beginning).find_map(|token| match token {
        Token::Start { name, .. } => Some(name.rsplit(':').next().unwrap_or_default().to_ascii_lowercase()),
        _ => None,
    });
    matches!(first.as_deref(), Some("urlset" | "sitemapindex"))
}

/// Reads a sitemap: its pages as teasers. Of an index, the sitemaps it names as feeds, the most promising
/// first: news, then what changed last.
pub(super) fn read(page: &Page) -> Read<Listing> {
    let text = page.text.trim_start_matches(|c: char| c == '\u{feff}' || c.is_whitespace());
    if !text.starts_with('<') {
        return of_lines(text, page);
    }
    let xml = Xml::parse(text);
    let Some(root) = xml.tops().find(|t| is(*t, "urlset") || is(*t, "sitemapindex")) else {
        return super::nothing("not a sitemap: neither `urlset` nor `sitemapindex` is its outermost element");
    };
    let mut listing = Listing { method: ListingMethod::Sitemap, confidence: 1.0, ..Listing::default() };
    let mut problems = Vec::new();
    if is(root, "sitemapindex") {
        listing.feeds = sitemaps(root, page);
    } else {
        listing.teasers =
            root.children().filter(|e| is(*e, "url")).filter_map(|e| teaser(e, page)).take(MAX_ADDRESSES).collect();
        listing.title = publication(root);
        listing.language = listing.teasers.iter().find_map(|t| t.language.clone());
    }
    if xml.cut {
        problems.push(Problem::warning("the sitemap is too large; what lay beyond the bounds was left out"));
    }
    Read { value: listing, problems }
}

/// Whether an element is the sitemap's own, in whatever namespace it was put.
fn is(element: Element, name: &str) -> bool {
    matches!(element.space(), Space::Plain | Space::Foreign) && element.local().eq_ignore_ascii_case(name)
}

fn text_of(place: Element, name: &str) -> Option<String> {
    place.children().find(|e| is(*e, name)).and_then(|e| e.trimmed())
}

fn address(place: Element, page: &Page) -> Option<Url> {
    resolve(page, &text_of(place, "loc")?)
}

fn resolve(page: &Page, address: &str) -> Option<Url> {
    page.url.join(address.trim()).ok().filter(|u| matches!(u.scheme(), "http" | "https"))
}

fn sitemaps(root: Element, page: &Page) -> Vec<FeedLink> {
    let named = root.children().filter(|e| is(*e, "sitemap")).take(MAX_ADDRESSES);
    let mut found: Vec<(bool, String, Url)> = named
        .filter_map(|e| {
            let url = address(e, page)?;
            Some((is_of_news(&url), text_of(e, "lastmod").unwrap_or_default(), url))
        })
        .collect();
    // ISO 8601 dates sort as letters. The sort is stable: equals stay in the index's order.
    found.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| b.1.cmp(&a.1)));
    found
        .into_iter()
        .map(|(_, _, url)| FeedLink {
            url,
            title: None,
            media_type: Some("application/xml".into()),
            folders: Vec::new(),
        })
        .collect()
}

/// The name of the newspaper, where every entry of a news sitemap gives the same.
fn publication(root: Element) -> Option<String> {
    let mut names = root.children().filter_map(|e| {
        let news = e.child(Space::News, "news")?.child(Space::News, "publication")?;
        news.child_text(Space::News, "name")
    });
    let first = names.next()?;
    names.take(100).all(|n| n == first).then(|| fold_space(&first))
}

fn teaser(entry: Element, page: &Page) -> Option<Teaser> {
    let link = address(entry, page)?;
    let date = |text: Option<String>| text.map(|t| Written::new(fold_space(&t), Origin::Feed));
    let news = entry.child(Space::News, "news");
    let of_news = |name: &str| news.and_then(|n| n.child_text(Space::News, name));
    let image = entry.child(Space::SitemapImage, "image");
    let of_image = |name: &str| image.and_then(|i| i.child_text(Space::SitemapImage, name));
    let publication = news.and_then(|n| n.child(Space::News, "publication"));
    let words = [of_news("genres"), of_news("keywords")].into_iter().flatten();
    Some(Teaser {
        headline: of_news("title").map(|t| fold_space(&html_to_text(&t))).filter(|t| !t.is_empty()),
        published: date(of_news("publication_date")),
        updated: date(text_of(entry, "lastmod")),
        language: publication.and_then(|p| p.child_text(Space::News, "language")),
        categories: words
            .flat_map(|w| w.split(',').map(fold_space).collect::<Vec<_>>())
            .filter(|w| !w.is_empty())
            .collect(),
        picture: of_image("loc")
            .and_then(|a| resolve(page, &a))
            .map(|url| Picture { alt: of_image("title").or_else(|| of_image("caption")), ..Picture::at(url) }),
        link: Some(link),
        ..Teaser::default()
    })
}

/// A sitemap as plain text: one absolute address a line and nothing else.
fn of_lines(text: &str, page: &Page) -> Read<Listing> {
    let mut listing = Listing { method: ListingMethod::Sitemap, confidence: 1.0, ..Listing::default() };
    for line in text.lines().map(str::trim).filter(|l| !l.is_empty()).take(MAX_ADDRESSES) {
        let Some(link) = Url::parse(line).ok().filter(|u| matches!(u.scheme(), "http" | "https")) else {
            return super::nothing("not a sitemap: it is neither XML nor a list of addresses");
        };
        listing.teasers.push(Teaser { link: Some(link), ..Teaser::default() });
    }
    if listing.teasers.is_empty() {
        return super::nothing(format!("not a sitemap: {} is empty", page.url));
    }
    Read::clean(listing)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::listing::page;

    #[test]
    fn a_news_sitemap_gives_titles_dates_and_keywords() {
        let text = r#"<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
            xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
            <url><loc> https://paper.example/a </loc><lastmod>2026-03-02</lastmod>
            <news:news><news:publication><news:name>The Paper</news:name><news:language>en</news:language></news:publication>
            <news:publication_date>2026-03-01T10:00:00Z</news:publication_date><news:title>Fish &amp;amp; chips</news:title>
            <news:keywords>food, sea</news:keywords></news:news><image:image><image:loc>/a.jpg</image:loc></image:image></url>
            <url><loc>https://paper.example/b</loc></url><url><lastmod>2026</lastmod></url></urlset>"#;
        let page = page("https://paper.example/sitemap.xml", text);
        assert!(looks_like_sitemap(&page));
        let listing = read(&page).value;
        assert_eq!(listing.title.as_deref(), Some("The Paper"));
        assert_eq!(listing.teasers.len(), 2);
        let first = &listing.teasers[0];
        assert_eq!(first.link.as_ref().unwrap().as_str(), "https://paper.example/a");
        assert_eq!(first.headline.as_deref(), Some("Fish & chips"));
        assert_eq!(first.published.as_ref().unwrap().text, "2026-03-01T10:00:00Z");
        assert_eq!(first.updated.as_ref().unwrap().text, "2026-03-02");
        assert_eq!(first.categories, ["food", "sea"]);
        assert_eq!(first.picture.as_ref().unwrap().url.as_str(), "https://paper.example/a.jpg");
    }

    #[test]
    fn an_index_names_news_first_and_then_what_changed_last() {
        let text = "<sitemapindex><sitemap><loc>/old.xml</loc><lastmod>2020-01-01</lastmod></sitemap>\
            <sitemap><loc>/new.xml</loc><lastmod>2026-01-01</lastmod></sitemap><sitemap><loc>/google-news.xml</loc></sitemap></sitemapindex>";
        let listing = read(&page("https://paper.example/", text)).value;
        let paths: Vec<&str> = listing.feeds.iter().map(|f| f.url.path()).collect();
        assert_eq!(paths, ["/google-news.xml", "/new.xml", "/old.xml"]);
    }

    #[test]
    fn lines_of_addresses_are_a_sitemap_and_other_things_are_none() {
        assert_eq!(
            read(&page("https://p.example/", "https://p.example/a\nhttps://p.example/b\n")).value.teasers.len(),
            2
        );
        for text in ["", "hello", "<html><a href=x>urlset</a></html>", "<rss/>"] {
            let page = page("https://p.example/", text);
            assert!(!looks_like_sitemap(&page), "{text}");
            assert_eq!(read(&page).problems.len(), 1, "{text}");
        }
    }
}
