//! Other programs' configurations, read so that their feeds become sources: rsspls, Feed me up, Scotty.

use toml::{Table, Value};
use url::Url;

/// A feed that another program makes of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Foreign {
    /// What it is called there.
    pub title: Option<String>,
    /// The page.
    pub url: Url,
    /// Its selectors, under our names for them.
    pub rules: Vec<(&'static str, String)>,
    /// Whether it is switched off there.
    pub off: bool,
}

/// The feeds of a file that is another program's configuration; `None` where it is none.
pub fn foreign(text: &str) -> Option<Vec<Foreign>> {
    let file: Table = text.parse().ok()?;
    let feeds = file.get("feed").and_then(Value::as_array);
    let found = match feeds.filter(|feeds| feeds.iter().any(|feed| feed.get("config").is_some())) {
        Some(feeds) => feeds.iter().flat_map(of_rsspls).collect(),
        None => {
            let marked = |table: &Value| table.get("entrySelector").is_some();
            let tables =
                || file.iter().filter(|(name, table)| *name != "sources" && *name != "default" && marked(table));
            tables().flat_map(|(name, table)| of_scotty(name, table)).collect::<Vec<_>>()
        }
    };
    (!found.is_empty()).then_some(found)
}

/// rsspls: `[[feed]]` with a table `config`; a date may be a table with its selector in it.
fn of_rsspls(feed: &Value) -> Option<Foreign> {
    let config = feed.get("config")?;
    let selector = |key: &str| text(config.get(key)?).or_else(|| text(config.get(key)?.get("selector")?));
    let mut rules = Vec::new();
    for (ours, theirs) in
        [("item", "item"), ("title", "heading"), ("summary", "summary"), ("date", "date"), ("image", "media")]
    {
        rules.extend(selector(theirs).map(|selector| (ours, selector)));
    }
    // The heading is the link where none is named.
    rules.extend(selector("link").or_else(|| selector("heading")).map(|selector| ("link", selector)));
    let url = Url::parse(&text(config.get("url")?)?).ok()?;
    Some(Foreign { title: feed.get("title").and_then(text), url, rules, off: false })
}

/// Feed me up, Scotty: a table for each feed, of one page or several.
fn of_scotty(name: &str, feed: &Value) -> Vec<Foreign> {
    let pairs = [
        ("item", "entrySelector"),
        ("title", "titleSelector"),
        ("link", "linkSelector"),
        ("content", "contentSelector"),
        ("date", "dateSelector"),
    ];
    let rules: Vec<_> = pairs.into_iter().filter_map(|(ours, theirs)| Some((ours, text(feed.get(theirs)?)?))).collect();
    let pages = match feed.get("url") {
        Some(Value::Array(pages)) => pages.iter().filter_map(text).collect(),
        Some(page) => text(page).into_iter().collect(),
        None => Vec::new(),
    };
    let title = feed.get("title").and_then(text).unwrap_or_else(|| name.to_owned());
    let off = feed.get("enabled").and_then(Value::as_bool) == Some(false);
    let pages = pages.iter().filter_map(|page| Url::parse(page).ok());
    pages.map(|url| Foreign { title: Some(title.clone()), url, rules: rules.clone(), off }).collect()
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_programs_are_read_and_nothing_else_is() {
        let rsspls = "[rsspls]\noutput = \"/srv\"\n[[feed]]\ntitle = \"News\"\nfilename = \"n.rss\"\n[feed.config]\n\
            url = \"https://n.example/\"\nitem = \"article\"\nheading = \"h3 a\"\nsummary = \".s\"\nmedia = \"img\"\n\
            date = { selector = \"time\", type = \"Date\" }\n";
        let [feed] = &*foreign(rsspls).unwrap() else { panic!() };
        assert_eq!((feed.title.as_deref(), feed.url.as_str()), (Some("News"), "https://n.example/"));
        let rules: Vec<_> = feed.rules.iter().map(|(key, selector)| (*key, selector.as_str())).collect();
        let expected = [
            ("item", "article"),
            ("title", "h3 a"),
            ("summary", ".s"),
            ("date", "time"),
            ("image", "img"),
            ("link", "h3 a"),
        ];
        assert_eq!(rules, expected);

        let scotty = "[default]\ntimeout = 60\n[facts]\ntitle = \"Facts\"\nurl = [\"https://a.example/1\", \"https://a.example/2\"]\n\
            entrySelector = \"li\"\nlinkSelector = \"a\"\n[old]\nurl = \"https://b.example/\"\nentrySelector = \"p\"\nenabled = false\n";
        let feeds = foreign(scotty).unwrap();
        let shown: Vec<_> = feeds.iter().map(|f| (f.title.as_deref().unwrap(), f.url.as_str(), f.off)).collect();
        let expected = [
            ("Facts", "https://a.example/1", false),
            ("Facts", "https://a.example/2", false),
            ("old", "https://b.example/", true),
        ];
        assert_eq!(shown, expected);

        for other in [
            "[sources.a]\nurl = \"https://a.example/\"\n",
            "",
            "<opml/>",
            "[[feed]]\ntitle = 1\n",
            "[a]\nentrySelector = 1\n",
        ] {
            assert_eq!(foreign(other), None, "{other}");
        }
    }
}
