//! One article under several addresses of its own site: the page for phones, the AMP page, capitals.

use url::Url;

/// Hosts that show a site's pages to phones.
const MOBILE: &[&str] = &["m.", "mobile.", "amp.", "wap.", "touch."];
/// Parameters, with their values, that ask for the AMP page or the one for phones.
const ASKED: &[&str] = &["amp", "amp=", "amp=1", "amp=true", "outputtype=amp", "output=amp", "mobile=1", "m=1"];

/// The address of the page that `url` is another form of; `None` where it seems to be that page itself. Words, too,
/// are spelt in small letters, where they are words: ids that differ in case are different ids.
pub(super) fn plain(url: &Url) -> Option<Url> {
    let host = url.host_str()?;
    let host = host.strip_prefix("www.").unwrap_or(host);
    let rest = MOBILE.iter().find_map(|prefix| host.strip_prefix(prefix)).filter(|rest| rest.contains('.'));
    let is_folded = |path: &str| !path.contains("//") && !path.ends_with('/') && !path.contains("amp");
    // Most addresses are as they should be.
    if rest.is_none()
        && url.query().is_none()
        && is_folded(url.path())
        && !url.path().bytes().any(|b| b.is_ascii_uppercase())
    {
        return None;
    }
    let mut segments: Vec<&str> = url.path_segments()?.filter(|segment| !segment.is_empty()).collect();
    if segments.len() > 1 && segments.last().is_some_and(|last| last.eq_ignore_ascii_case("amp")) {
        segments.pop();
    } else if segments.len() > 1 && segments.first().is_some_and(|first| first.eq_ignore_ascii_case("amp")) {
        segments.remove(0);
    }
    let last = segments.last().map(|last| last.replace(".amp.", ".").trim_end_matches(".amp").to_owned());
    let mut path = String::with_capacity(url.path().len());
    for folder in segments.iter().take(segments.len().saturating_sub(1)) {
        path.push('/');
        path.push_str(folder);
    }
    path.push('/');
    path.push_str(&last.unwrap_or_default());
    if is_words(&path) {
        path.make_ascii_lowercase();
    }
    if rest.is_none() && url.query().is_none() && path == url.path() {
        return None;
    }
    let mut plain = url.clone();
    if let Some(rest) = rest {
        plain.set_host(Some(rest)).ok()?;
    }
    plain.set_path(&path);
    if let Some(query) = url.query() {
        let asked = |pair: &&str| ASKED.iter().any(|asked| pair.eq_ignore_ascii_case(asked));
        let kept: Vec<&str> = query.split('&').filter(|pair| !asked(pair)).collect();
        plain.set_query(Some(kept.join("&").as_str()).filter(|query| !query.is_empty()));
    }
    (plain != *url).then_some(plain)
}

/// Whether a path ends in words, at least three, as headlines make them.
fn is_words(path: &str) -> bool {
    let last = path.rsplit('/').next().unwrap_or_default();
    let words = last.split(['-', '_', '+']).filter(|word| word.chars().filter(|c| c.is_alphabetic()).count() > 1);
    words.count() >= 3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_one_page_have_one_plain_address() {
        for (address, expected) in [
            ("https://m.a.example/news/x", Some("https://a.example/news/x")),
            ("https://www.m.a.example/news/x", Some("https://a.example/news/x")),
            ("https://amp.a.example/news/x", Some("https://a.example/news/x")),
            ("https://a.example/news/x/amp/", Some("https://a.example/news/x")),
            ("https://a.example/amp/news/x", Some("https://a.example/news/x")),
            ("https://a.example/news/x.amp.html", Some("https://a.example/news/x.html")),
            ("https://a.example/news/x?amp=1&page=2", Some("https://a.example/news/x?page=2")),
            ("https://a.example/news/x?outputType=amp", Some("https://a.example/news/x")),
            ("https://a.example/News/Old-Bridge-To-Close", Some("https://a.example/news/old-bridge-to-close")),
            ("https://a.example/watch?v=AbC", None),
            ("https://a.example/p/AbC-d", None),
            ("https://a.example/amp", None),
            ("https://m.example/news", None),
            ("https://a.example/news/x", None),
        ] {
            let found = plain(&Url::parse(address).unwrap());
            assert_eq!(found.as_ref().map(Url::as_str), expected, "{address}");
        }
    }
}
