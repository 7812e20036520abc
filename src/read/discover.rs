//! Which feed serves in a page's stead, and where a site may have feeds that no page announces.

use url::Url;

use crate::model::{FeedLink, Listing, Page, Teaser, same_site};

/// Words that a feed of readers' comments is called by.
const COMMENTS: [&str; 11] = [
    "comment",
    "kommentar",
    "commentaire",
    "comentario",
    "commento",
    "commenti",
    "reactie",
    "replies",
    "комментари",
    "评论",
    "コメント",
];
/// Path steps that name no section: a page with only such a path is the site's own front page.
const GENERIC: [&str; 22] = [
    "news",
    "blog",
    "home",
    "index",
    "index.html",
    "index.htm",
    "index.php",
    "default.aspx",
    "latest",
    "all",
    "articles",
    "posts",
    "press",
    "press-releases",
    "aktuelles",
    "nachrichten",
    "actualites",
    "noticias",
    "notizie",
    "en",
    "www",
    "main",
];

/// The feeds, among those that a page announces, that may say the same as the page: no comments feed, no feed of
/// another section or site, no podcast or picture feed where there is a plain one. The likeliest first; of equals Atom
/// before RSS before JSON Feed, then the first announced.
pub fn fitting_feeds(page: &Page, announced: &[FeedLink]) -> Vec<FeedLink> {
    let scored = announced.iter().filter_map(|feed| Some((suits(&page.url, feed)?, feed)));
    let mut scored: Vec<(i32, &FeedLink)> = scored.collect();
    // The sort is stable: of equals the first announced.
    scored.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    scored.into_iter().map(|(_, feed)| feed.clone()).collect()
}

/// How much a list gives its readers: entries, their dates, summaries, and most of all full texts.
pub fn richness(listing: &Listing) -> usize {
    let long = |text: &Option<String>, least: usize| text.as_ref().is_some_and(|t| t.len() >= least);
    let of = |t: &Teaser| {
        let full = long(&t.content, 600) || long(&t.summary, 1500);
        1 + usize::from(t.published.is_some()) + usize::from(long(&t.summary, 60)) + 4 * usize::from(full)
    };
    // What was long ago matters less than how the latest are told.
    listing.teasers.iter().take(30).map(of).sum()
}

/// The sitemaps that a robots.txt names (sitemaps.org, "Informing search engine crawlers"), those of news first;
/// at most 10.
pub fn sitemaps_named(robots: &str, base: &Url) -> Vec<Url> {
    let mut found: Vec<Url> = Vec::new();
    for line in robots.lines() {
        let Some((key, value)) = line.split_once(':') else { continue };
        if key.trim().eq_ignore_ascii_case("sitemap")
            && !value.trim().is_empty()
            && let Ok(url) = base.join(value.trim())
            && matches!(url.scheme(), "http" | "https")
            && same_site(base, &url)
            && !found.contains(&url)
            && found.len() < 100
        {
            found.push(url);
        }
    }
    found.sort_by_key(|url| !is_of_news(url));
    found.truncate(10);
    found
}

/// How well a feed suits a page; `None` for one that does not.
fn suits(page: &Url, feed: &FeedLink) -> Option<i32> {
    if !matches!(feed.url.scheme(), "http" | "https") {
        return None;
    }
    let title = feed.title.as_deref().unwrap_or_default().to_lowercase();
    let address = format!("{}?{}", feed.url.path(), feed.url.query().unwrap_or_default()).to_lowercase();
    let kind = feed.media_type.as_deref().unwrap_or_default().to_ascii_lowercase();
    if COMMENTS.iter().any(|w| title.contains(w) || address.contains(w)) {
        return None;
    }
    // oEmbed and a site's API are announced in the same way as feeds.
    if kind.contains("oembed")
        || address.contains("oembed")
        || address.contains("/wp-json/")
        || kind.contains("opensearch")
    {
        return None;
    }
    let mut score = match &*kind {
        "application/atom+xml" => 3,
        "application/rss+xml" | "application/rdf+xml" | "application/feed+json" => 2,
        "" | "application/xml" | "text/xml" | "application/json" => 1,
        "rss" | "atom" => 2,
        _ => return None,
    };
    if !same_site(page, &feed.url) {
        // A feed burnt elsewhere may be the site's own; another site's section never suits a section.
        if !is_front(page) {
            return None;
        }
        score -= 10;
    }
    let other = ["podcast", "itunes", "video", "gallery", "photo", "alert", "headlines"];
    if other.iter().any(|w| (title.contains(w) || address.contains(w)) && !page.path().to_lowercase().contains(w)) {
        score -= 8;
    }
    let sections = sections(page);
    match sections.last() {
        // The whole site's feed at the whole site's page; a section's feed says less than that.
        None => score -= feed_steps(&feed.url).len().min(4) as i32,
        Some(last) => {
            let matched = sections.iter().filter(|s| names(&address, &title, s)).count() as i32;
            if !names(&address, &title, last) {
                return None;
            }
            score += 5 * matched - (feed_steps(&feed.url).len() as i32 - sections.len() as i32).clamp(0, 4);
        }
    }
    Some(score)
}

/// Whether an address or title of a feed names a section.
fn names(address: &str, title: &str, section: &str) -> bool {
    let words = section.replace(['-', '_'], " ");
    let steps = address.split(['/', '?', '&', '=', '.']);
    steps.into_iter().any(|s| s == section) || (words.chars().count() > 2 && title.contains(&words))
}

/// The steps of a page's path that name a section.
fn sections(page: &Url) -> Vec<String> {
    let steps = page.path_segments().into_iter().flatten().map(str::to_lowercase);
    let named = steps.filter(|s| !s.is_empty() && !GENERIC.contains(&&**s));
    named.map(|s| s.rsplit_once('.').map_or(s.clone(), |(stem, _)| stem.to_owned())).collect()
}

/// Whether a page is a site's front page, or as good as that.
fn is_front(page: &Url) -> bool {
    sections(page).is_empty()
}

/// The steps of a feed's path that are not just words for "feed".
fn feed_steps(feed: &Url) -> Vec<&str> {
    let words = ["feed", "feeds", "rss", "atom", "xml", "json", "index", "rdf", "all", "default", "full"];
    let steps = feed.path_segments().into_iter().flatten();
    steps
        .filter(|s| !s.is_empty() && !s.split(['.', '-', '_']).all(|w| words.iter().any(|x| w.eq_ignore_ascii_case(x))))
        .collect()
}

/// Whether a sitemap is one of news, by its address.
pub fn is_of_news(sitemap: &Url) -> bool {
    sitemap.path().to_ascii_lowercase().contains("news")
}

/// Where the feed of a page commonly is, for a page that announces none; likeliest first, at most 16. Below a
/// section's page; at the site's root only for a front page, since elsewhere it would be another list.
pub fn common_feed_paths(url: &Url) -> Vec<Url> {
    const NAMES: [&str; 12] = [
        "feed/",
        "rss.xml",
        "feed.xml",
        "atom.xml",
        "index.xml",
        "rss",
        "feed",
        "feed.json",
        "rss/",
        "feed.atom",
        "index.rdf",
        "feeds/posts/default",
    ];
    let mut folder = url.clone();
    folder.set_query(None);
    folder.set_fragment(None);
    let path = folder.path().to_owned();
    let is_file = path.rsplit('/').next().is_some_and(|last| last.contains('.'));
    if !is_file && !path.ends_with('/') {
        folder.set_path(&format!("{path}/"));
    }
    let mut out: Vec<Url> = Vec::new();
    let mut add = |candidate: Result<Url, url::ParseError>| {
        if let Ok(candidate) = candidate
            && out.len() < 16
            && candidate != *url
            && !out.contains(&candidate)
        {
            out.push(candidate);
        }
    };
    for name in NAMES.iter().take(if folder.path() == "/" { NAMES.len() } else { 8 }) {
        add(folder.join(name));
        if is_front(url) {
            add(url.join("/").and_then(|root| root.join(name)));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch::saved_page;

    fn chosen(page: &str, feeds: &[(&str, &str, &str)]) -> Option<String> {
        let page = Url::parse(page).unwrap();
        let link = |(url, title, kind): &(&str, &str, &str)| FeedLink {
            url: page.join(url).unwrap(),
            title: Some((*title).to_owned()),
            media_type: Some((*kind).to_owned()),
            folders: Vec::new(),
        };
        let feeds: Vec<FeedLink> = feeds.iter().map(link).collect();
        let page = saved_page(page.clone(), None, bytes::Bytes::new(), chrono::DateTime::UNIX_EPOCH);
        fitting_feeds(&page, &feeds).first().map(|f| f.url.to_string())
    }

    const RSS: &str = "application/rss+xml";
    const ATOM: &str = "application/atom+xml";

    #[test]
    fn the_feed_that_says_what_the_page_says_is_chosen() {
        let front = "https://paper.example/";
        let section = "https://paper.example/category/harbour/";
        let all = ("/feed/", "The Paper » Feed", RSS);
        let comments = ("/comments/feed/", "The Paper » Comments Feed", RSS);
        let harbour = ("/category/harbour/feed/", "The Paper » Harbour Category Feed", RSS);
        for (page, feeds, expected) in [
            (front, vec![all, comments], Some("https://paper.example/feed/")),
            (front, vec![comments], None),
            (front, vec![harbour, all], Some("https://paper.example/feed/")),
            (front, vec![all, ("/atom.xml", "Atom", ATOM)], Some("https://paper.example/atom.xml")),
            (section, vec![all, comments, harbour], Some("https://paper.example/category/harbour/feed/")),
            (section, vec![all], None),
            ("https://paper.example/news/", vec![all], Some("https://paper.example/feed/")),
            (front, vec![("https://burner.example/paper", "Feed", RSS)], Some("https://burner.example/paper")),
            (front, vec![("https://other.example/paper", "Feed", ATOM), all], Some("https://paper.example/feed/")),
            (section, vec![("https://other.example/harbour", "Harbour", RSS)], None),
            (front, vec![("/wp-json/oembed/1.0/embed", "", "application/json+oembed")], None),
            (front, vec![("/podcast.xml", "Podcast", RSS), all], Some("https://paper.example/feed/")),
            (front, vec![("https://feeds.paper.example/all", "All", RSS)], Some("https://feeds.paper.example/all")),
            (front, vec![], None),
        ] {
            assert_eq!(chosen(page, &feeds).as_deref(), expected, "{page} {feeds:?}");
        }
    }

    #[test]
    fn the_richer_of_two_lists_tells_more_of_each_entry() {
        let list = |content: &str, summary: &str| {
            let some = |t: &str| Some(t.to_owned()).filter(|t| !t.is_empty());
            let teaser = Teaser { content: some(content), summary: some(summary), ..Teaser::default() };
            Listing { teasers: vec![teaser; 3], ..Listing::default() }
        };
        let text = "word ".repeat(400);
        assert!(richness(&list(&text, "")) > richness(&list("", &text[..100])));
        assert!(richness(&list("", &text[..100])) > richness(&list("", "")));
        assert_eq!(richness(&Listing::default()), 0);
    }

    #[test]
    fn robots_txt_names_sitemaps() {
        let robots = "User-agent: *\nDisallow: /x\nSITEMAP: /all.xml\nSitemap: https://p.example/news-map.xml\n\
                      Sitemap: https://p.example/all.xml\nSitemap: ftp://p.example/a\nsitemap: https://other.example/a\nSitemap:";
        let found = sitemaps_named(robots, &Url::parse("https://p.example/robots.txt").unwrap());
        let found: Vec<&str> = found.iter().map(Url::as_str).collect();
        assert_eq!(found, ["https://p.example/news-map.xml", "https://p.example/all.xml"]);
    }

    #[test]
    fn common_places_are_below_the_page_and_at_the_root_of_front_pages() {
        let paths = |url: &str| {
            let found = common_feed_paths(&Url::parse(url).unwrap());
            found.iter().map(|u| u.path().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(paths("https://p.example")[..3], ["/feed/", "/rss.xml", "/feed.xml"]);
        assert_eq!(paths("https://p.example/sea?x=1#y")[0], "/sea/feed/");
        assert!(paths("https://p.example/sea/").iter().all(|p| p.starts_with("/sea/")));
        assert!(paths("https://p.example/blog/index.html").contains(&"/blog/feed/".to_owned()));
        assert!(paths("https://p.example/blog/").contains(&"/feed/".to_owned()));
        assert!(paths("https://p.example/blog/").len() <= 16);
    }
}
