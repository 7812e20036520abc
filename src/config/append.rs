//! One more source in a file that people keep: comments and layout stay as they are.

use toml_edit::{DocumentMut, InlineTable, Item, Table, Value};
use url::Url;

use crate::model::{SourceId, registrable_domain};

/// Why a source cannot be added to a text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AppendError {
    /// The text is not TOML.
    #[error("the file cannot be parsed; `courant check` says where")]
    Broken,
    /// `sources` is something else.
    #[error("`sources` is not a table; `courant check` says more")]
    NoTable,
    /// The id is taken.
    #[error("there is a source `{0}` already; choose another id with --id")]
    Taken(String),
}

/// A source to be added, as far as it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addition {
    /// Its permanent name.
    pub id: SourceId,
    /// The address to watch.
    pub url: Url,
    /// `kind`, where the source must be nothing else.
    pub kind: Option<&'static str>,
    /// `render`, where the page must be shown in a browser.
    pub render: Option<&'static str>,
    /// `title`.
    pub title: Option<String>,
    /// `tags`; see [`suggest_tag`].
    pub tags: Vec<String>,
    /// `listing`: selectors by their keys.
    pub rules: Vec<(&'static str, String)>,
}

/// A configuration's text with `[sources.id]` after its last source.
pub fn append(text: &str, id: &SourceId, url: &Url, render: Option<&'static str>) -> Result<String, AppendError> {
    let (id, url, tags, rules) = (id.clone(), url.clone(), Vec::new(), Vec::new());
    let addition = Addition { id, url, kind: None, render, title: None, tags, rules };
    append_all(text, &[addition])
}

/// A configuration's text with these sources after its last one, in order.
pub fn append_all(text: &str, additions: &[Addition]) -> Result<String, AppendError> {
    let mut document: DocumentMut = text.parse().map_err(|_| AppendError::Broken)?;
    let root = document.as_table_mut();
    let sources = root.entry("sources").or_insert_with(|| {
        let mut table = Table::new();
        table.set_implicit(true);
        Item::Table(table)
    });
    for addition in additions {
        let id = addition.id.as_str();
        if sources.get(id).is_some() {
            return Err(AppendError::Taken(id.to_owned()));
        }
        let members = members(addition);
        match sources {
            Item::Table(sources) => {
                let mut source = Table::new();
                source.extend(members);
                if !addition.rules.is_empty() {
                    let mut listing = Table::new();
                    listing.extend(rules(addition));
                    source.insert("listing", Item::Table(listing));
                }
                sources.insert(id, Item::Table(source));
            }
            Item::Value(Value::InlineTable(sources)) => {
                let mut source = InlineTable::new();
                source.extend(members);
                if !addition.rules.is_empty() {
                    let mut listing = InlineTable::new();
                    listing.extend(rules(addition));
                    source.insert("listing", Value::InlineTable(listing));
                }
                sources.insert(id, Value::InlineTable(source));
            }
            _ => return Err(AppendError::NoTable),
        }
    }
    Ok(document.to_string())
}

/// The keys of a source and their values.
fn members(addition: &Addition) -> Vec<(&'static str, Value)> {
    let mut members = vec![("url", addition.url.as_str().into())];
    members.extend(addition.kind.map(|kind| ("kind", kind.into())));
    members.extend(addition.render.map(|render| ("render", render.into())));
    members.extend(addition.title.as_deref().map(|title| ("title", title.into())));
    if !addition.tags.is_empty() {
        members.push(("tags", Value::from_iter(addition.tags.iter().map(String::as_str))));
    }
    members
}

fn rules(addition: &Addition) -> impl Iterator<Item = (&'static str, Value)> {
    addition.rules.iter().map(|(key, selector)| (*key, selector.as_str().into()))
}

/// The tag that a folder's name probably means: without the signs that `from` gives a meaning.
pub fn suggest_tag(name: &str) -> Option<String> {
    let kept: String = name.chars().filter(|c| !c.is_control() && !matches!(c, ':' | '*')).collect();
    let tag = kept.trim_start_matches(|c: char| c == '!' || c.is_whitespace()).trim();
    (!tag.is_empty()).then(|| tag.to_lowercase())
}

/// A free id for an address: its site's name and the last telling word of its path.
pub fn suggest_id(url: &Url, taken: impl Fn(&str) -> bool) -> Option<SourceId> {
    let host = url.host_str().unwrap_or_default();
    let named = match url.host() {
        // As people write it, not as DNS does: `münchen`, not `xn--mnchen-3ya`.
        Some(url::Host::Domain(host)) => idna::domain_to_unicode(site_of(host)).0,
        // Numbers of an address tell nobody anything; its path may.
        _ => String::new(),
    };
    let words: Vec<&str> = url
        .path_segments()
        .into_iter()
        .flatten()
        .map(|segment| segment.split('.').next().unwrap_or_default())
        .filter(|word| tells(word))
        .collect();
    let last = words.last().copied().unwrap_or_default();
    let whole = [named.as_str(), last].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-");
    let base = super::source::tame(if whole.is_empty() { host } else { &whole });
    let base = base.get(..56).unwrap_or(&base).trim_end_matches(['-', '_']);
    let numbered = (2..10_000).map(|n| format!("{base}-{n}"));
    let id = std::iter::once(base.to_owned()).chain(numbered).find(|id| !taken(id))?;
    SourceId::new(id).ok()
}

/// The part of a host that names its site: `example` of `www.example.co.uk`.
fn site_of(host: &str) -> &str {
    let domain = registrable_domain(host).unwrap_or(host);
    domain.split('.').next().unwrap_or(domain)
}

/// Whether a word of a path says what the page is about: not a file's usual name, not mostly digits.
fn tells(word: &str) -> bool {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let usual = ["index", "default", "home", "list", "col", "node", "rss", "feed", "atom", "en", "html"];
    // An escaped word (`%E6…`) was never meant to be read.
    (2..=30).contains(&word.len())
        && !word.contains('%')
        && digits * 2 < word.len()
        && !usual.contains(&word.to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn added(text: &str) -> Result<String, AppendError> {
        let id = SourceId::new("new").expect("an id");
        append(text, &id, &Url::parse("https://n.example/a?b=\"c").expect("a URL"), None)
    }

    #[test]
    fn comments_and_layout_stay() {
        let text = "# mine\n[defaults]\nschedule = \"every 1h\"   # hourly\n\n[sources.a]\nurl = 'https://a.example/'\n\
                    [sources.a.listing]\nitem   =  'li'\n\n# published\n[feeds.x]\nfrom = ['*']\n# the end\n";
        insta::assert_snapshot!(added(text).expect("appended"));
    }

    #[test]
    fn a_source_fits_into_every_shape_of_file() {
        for (text, expected) in [
            ("", "[sources.new]\nurl = 'https://n.example/a?b=%22c'\n"),
            ("# only words", "[sources.new]\nurl = 'https://n.example/a?b=%22c'\n"),
            ("sources = { a = { url = 'x' } }", "new = { url ="),
            ("[sources]\na.url = 'x'\n", "[sources.new]"),
            ("[feeds.x]\nfrom='*'", "\n\n[sources.new]"),
        ] {
            let new = added(text).expect("appended");
            assert!(new.replace('"', "'").contains(expected), "{new}");
            assert!(new.contains(text.trim_end_matches(" } }")), "{new}");
            new.parse::<toml::Table>().expect("TOML");
        }
        assert_eq!(added("sources = 1"), Err(AppendError::NoTable));
        assert_eq!(added("a ="), Err(AppendError::Broken));
        assert_eq!(added("[sources.new]\nurl='x'"), Err(AppendError::Taken("new".into())));
    }

    #[test]
    fn what_is_known_of_a_source_is_written_with_it() {
        let addition = |id: &str| Addition {
            id: SourceId::new(id).expect("an id"),
            url: Url::parse("https://n.example/f").expect("a URL"),
            kind: Some("feed"),
            render: Some("auto"),
            title: Some("The \"N\"\n& more".to_owned()),
            tags: ["world news", "!a:b*"].iter().filter_map(|t| suggest_tag(t)).collect(),
            rules: vec![("item", "li > a".into())],
        };
        for text in ["", "sources = { a = { url = 'https://a.example/' } }"] {
            let new = append_all(text, &[addition("one"), addition("two")]).expect("appended");
            let table: toml::Table = new.parse().expect("TOML");
            let two = &table["sources"]["two"];
            assert_eq!(two["title"].as_str(), Some("The \"N\"\n& more"), "{new}");
            assert_eq!(two["tags"], toml::Value::from(vec!["world news", "ab"]), "{new}");
            assert_eq!(two["kind"].as_str(), Some("feed"), "{new}");
            assert_eq!(two["render"].as_str(), Some("auto"), "{new}");
            assert_eq!(two["listing"]["item"].as_str(), Some("li > a"), "{new}");
        }
        assert_eq!(append_all("", &[addition("one"), addition("one")]), Err(AppendError::Taken("one".into())));
        assert_eq!(suggest_tag(" !* "), None);
    }

    #[test]
    fn an_id_names_site_and_section() {
        for (url, expected) in [
            ("https://www.example.org/", "example"),
            ("https://www.example.org/news/", "example-news"),
            ("https://news.example.co.uk/world/index.html", "example-world"),
            ("https://www.example.gov.cn/col/col1229413436/index.html", "example"),
            ("https://example.org/2026/11/22/", "example"),
            ("http://127.0.0.1:8081/lantern/", "lantern"),
            ("http://127.0.0.1/", "127-0-0-1"),
            ("https://taken.example/", "taken-2"),
            ("https://münchen.example/Straße", "muenchen"),
        ] {
            let id = suggest_id(&Url::parse(url).expect("a URL"), |id| id == "taken");
            assert_eq!(id.map(String::from).as_deref(), Some(expected), "{url}");
        }
    }
}
