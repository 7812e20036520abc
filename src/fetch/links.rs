//! `Link` headers (RFC 8288), as far as they announce a WebSub hub.

use reqwest::header::{HeaderMap, LINK};
use url::Url;

use crate::model::Announced;

/// As many links are looked at.
const MOST: usize = 64;

/// The hub that an answer from `base` announces. Where it does not name itself, its address is its name.
pub(super) fn announced(headers: &HeaderMap, base: &Url) -> Option<Announced> {
    let lines = headers.get_all(LINK).iter().filter_map(|line| line.to_str().ok());
    let links: Vec<(Url, &str)> =
        lines.flat_map(links).take(MOST).filter_map(|(to, rest)| Some((base.join(to).ok()?, rest))).collect();
    let of = |relation: &str| links.iter().find(|(_, rest)| has(rest, relation)).map(|(to, _)| to.clone());
    let hub = of("hub").filter(|hub| matches!(hub.scheme(), "http" | "https"))?;
    Some(Announced { hub, topic: of("self").unwrap_or_else(|| base.clone()) })
}

/// The links of a line: each address, and its parameters as written.
fn links(line: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = line;
    std::iter::from_fn(move || {
        let (_, after) = rest.split_once('<')?;
        let (to, after) = after.split_once('>')?;
        let mut quoted = false;
        let ends = after.find(|c| {
            quoted ^= c == '"';
            c == ',' && !quoted
        });
        let (parameters, next) = after.split_at(ends.unwrap_or(after.len()));
        rest = next;
        Some((to.trim(), parameters))
    })
}

/// Whether one of a link's relations is this one.
fn has(parameters: &str, relation: &str) -> bool {
    let relations = parameters.split(';').find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("rel").then(|| value.trim().trim_matches('"'))
    });
    relations.is_some_and(|all| all.split_ascii_whitespace().any(|one| one.eq_ignore_ascii_case(relation)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::HeaderValue;

    #[test]
    fn a_hub_is_found_among_links() {
        let base = Url::parse("https://a.example/feed").unwrap();
        let check = |lines: &[&'static str], expected: Option<(&str, &str)>| {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(LINK, HeaderValue::from_static(line));
            }
            let found = announced(&headers, &base);
            let found = found.as_ref().map(|found| (found.hub.as_str(), found.topic.as_str()));
            assert_eq!(found, expected, "{lines:?}");
        };
        let both = Some(("https://hub.example/", "https://a.example/f,1"));
        check(&["<https://hub.example/>; rel=\"hub\", </f,1>; rel=self"], both);
        check(
            &["</x>; title=\"a, <b>\"; rel=next", "</f,1>; rel=\"alternate self\"", "<https://hub.example/>;REL=Hub"],
            both,
        );
        check(&["<//hub.example>; rel=hub"], Some(("https://hub.example/", "https://a.example/feed")));
        check(&["<mailto:a@b.example>; rel=hub", "<x"], None);
        check(&["</f>; rel=self"], None);
    }
}
