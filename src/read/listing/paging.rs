//! The next page of a list.

use url::Url;

use super::head::Head;
use super::hints::Hints;
use super::outline::Outline;

/// Where the list goes on: `rel="next"`, else a link that says so, else the number after this page's.
pub(super) fn next(outline: &Outline, head: &Head, page: &Url, base: &Url) -> Option<Url> {
    let elsewhere = |url: &Url| {
        matches!(url.scheme(), "http" | "https") && url.host_str() == page.host_str() && url.as_str() != page.as_str()
    };
    if let Some(url) = head.link(outline, "next", base).filter(elsewhere) {
        return Some(url);
    }
    let address = |link: usize| {
        let href = outline.attribute(link, "href").filter(|h| !h.starts_with('#'))?;
        base.join(href).ok().map(|mut url| {
            url.set_fragment(None);
            url
        })
    };
    let mut by_words = None;
    let mut by_number = None;
    for &link in &outline.links {
        let rel = outline.attribute(link, "rel").unwrap_or_default();
        if rel.split_ascii_whitespace().any(|r| r.eq_ignore_ascii_case("next"))
            && let Some(url) = address(link).filter(elsewhere)
        {
            return Some(url);
        }
        let words = outline.line(link);
        if words.len() > 40 {
            continue;
        }
        let in_pager = outline.region(link).any(Hints::PAGER);
        let spoken =
            outline.attribute(link, "aria-label").or_else(|| outline.attribute(link, "title")).unwrap_or_default();
        let says = says_next(&words)
            || words.chars().count() <= 2 && says_next(spoken)
            || in_pager && matches!(words.trim(), "»" | "›" | ">" | ">>" | "→" | "»»");
        if says && by_words.is_none() {
            by_words = address(link).filter(elsewhere);
        }
        if in_pager && by_number.is_none() && words.trim() == "2" && is_first(page) {
            by_number = address(link).filter(elsewhere);
        }
    }
    by_words.or(by_number)
}

/// Whether an address says nothing of being a further page.
fn is_first(page: &Url) -> bool {
    !page.path().contains("/page/") && !page.query_pairs().any(|(k, v)| k.to_lowercase().contains("page") && v != "1")
}

fn says_next(words: &str) -> bool {
    let lower = words.to_lowercase();
    let core = lower.trim_matches(|c: char| !c.is_alphanumeric());
    matches!(
        core,
        "next"
            | "next page"
            | "older"
            | "older posts"
            | "older entries"
            | "more posts"
            | "older articles"
            | "nächste"
            | "nächste seite"
            | "weiter"
            | "ältere beiträge"
            | "vor"
            | "suivant"
            | "page suivante"
            | "suivante"
            | "siguiente"
            | "página siguiente"
            | "entradas anteriores"
            | "entradas antiguas"
            | "próxima"
            | "próximo"
            | "seguinte"
            | "próxima página"
            | "successiva"
            | "successivo"
            | "avanti"
            | "neste"
            | "nästa"
            | "næste"
            | "volgende"
            | "seuraava"
            | "następna"
            | "następne"
            | "další"
            | "ďalšia"
            | "következő"
            | "sonraki"
            | "следующая"
            | "далее"
            | "следующая страница"
            | "наступна"
            | "далі"
            | "下一页"
            | "下一頁"
            | "下页"
            | "次へ"
            | "次のページ"
            | "次"
            | "다음"
            | "다음 페이지"
            | "التالي"
            | "הבא"
            | "بعدی"
            | "ถัดไป"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn next_is_said_in_many_ways() {
        for words in ["Next »", "Older posts", "下一页", "次へ >", "Следующая"] {
            assert!(says_next(words), "{words}");
        }
        assert!(!says_next("What is next for the ferry"));
    }
}
