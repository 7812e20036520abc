//! Texts with a meaning of their own: schedules, zones, languages, patterns, addresses.

use url::Url;

use crate::model::{Schedule, Timezone};

use super::section::Fault;
use super::suggest::nearest;

/// A schedule, as the `schedule` room reads it.
pub(super) fn schedule(text: &str) -> Result<Schedule, Fault> {
    crate::schedule::parse(text).map_err(|error| Fault { message: error.message, remedy: None, span: None })
}

/// A time zone of the IANA database.
pub(super) fn timezone(text: &str) -> Result<Timezone, Fault> {
    Timezone::named(text).ok_or_else(|| {
        let names: Vec<String> = Timezone::names().collect();
        let names = || names.iter().map(String::as_str);
        let last = |name: &str| name.rsplit('/').next().unwrap_or(name).to_owned();
        let meant = nearest(text, names()).or_else(|| {
            // `Berlin` for `Europe/Berlin`.
            let city = text.replace(' ', "_");
            names().find(|name| last(name).eq_ignore_ascii_case(&city))
        });
        Fault::new(
            format!("there is no time zone `{text}`"),
            match meant {
                Some(zone) => format!("did you mean `{zone}`?"),
                None => "write a name of the IANA database, like `Europe/Berlin` or `UTC`".to_owned(),
            },
        )
    })
}

/// A language tag by its form (BCP 47).
pub(super) fn language(text: &str) -> Result<String, Fault> {
    let mut parts = text.split('-');
    let primary = parts.next().unwrap_or_default();
    let fits = (2..=3).contains(&primary.len())
        && primary.bytes().all(|b| b.is_ascii_alphabetic())
        && parts.all(|p| (1..=8).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_alphanumeric()));
    if fits {
        return Ok(text.to_owned());
    }
    let meant = text.replace('_', "-");
    Err(Fault::new(
        format!("`{text}` is not a language tag"),
        match meant != text && language(&meant).is_ok() {
            true => format!("did you mean `{meant}`?"),
            false => "write a tag like `en`, `pt-BR` or `zh-Hans`".to_owned(),
        },
    ))
}

/// A tag of sources.
pub(super) fn tag(text: &str) -> Result<String, Fault> {
    let fits = !text.is_empty() && !text.starts_with('!') && !text.contains([':', '*']) && text.trim() == text;
    match fits {
        true => Ok(text.to_owned()),
        false => Err(Fault::new(
            format!("`{text}` cannot be a tag"),
            "a tag is a word without `:` and `*` that does not begin with `!`",
        )),
    }
}

/// A regular expression, checked.
pub(super) fn regex(text: &str) -> Result<String, Fault> {
    let Err(error) = regex::Regex::new(text) else { return Ok(text.to_owned()) };
    // The parser behind `regex` tells where it stumbled; `regex` itself only draws it.
    let (why, span) = match regex_syntax::parse(text) {
        Err(regex_syntax::Error::Parse(e)) => (e.kind().to_string(), Some(e.span().start.offset..e.span().end.offset)),
        Err(regex_syntax::Error::Translate(e)) => {
            (e.kind().to_string(), Some(e.span().start.offset..e.span().end.offset))
        }
        _ => (error.to_string(), None),
    };
    Err(Fault { message: format!("not a regular expression: {why}"), remedy: None, span })
}

/// The pattern of `identity.url`: a regular expression with a group named `id`.
pub(super) fn identity(text: &str) -> Result<String, Fault> {
    regex(text)?;
    let named = regex::Regex::new(text).is_ok_and(|r| r.capture_names().flatten().any(|name| name == "id"));
    match named {
        true => Ok(text.to_owned()),
        false => Err(Fault::new(
            "the pattern does not say what names the entry",
            "put a group named `id` around it, like '_(?<id>\\d+)\\.html$'",
        )),
    }
}

/// An address that can be asked over HTTP.
pub(super) fn address(text: &str) -> Result<Url, Fault> {
    let example = "write a whole address, like \"https://www.example.org/news/\"";
    if let Some(whole) = subscribed(text.trim()) {
        return Err(Fault::new(
            format!("`{text}` tells browsers to open another program"),
            format!("did you mean \"{whole}\"?"),
        ));
    }
    match Url::parse(text.trim()) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && crate::fetch::unambiguous(text).is_err() => {
            Err(Fault::new(
                format!("`{}` can be read as several hosts", text.escape_debug()),
                format!("write the host as it is, like \"{url}\", if that is the one you mean"),
            ))
        }
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => Ok(url),
        Ok(url) if url.cannot_be_a_base() || !url.has_host() => bare_host(text, example),
        Ok(url) => Err(Fault {
            message: format!("`{}` addresses cannot be asked", url.scheme()),
            remedy: Some("only http and https are".to_owned()),
            span: Some(0..url.scheme().len()),
        }),
        Err(url::ParseError::RelativeUrlWithoutBase) => bare_host(text, example),
        Err(error) => Err(Fault::new(format!("`{text}` is not an address: {error}"), example)),
    }
}

/// The address in `feed://www.example.org/rss` or `feed:https://www.example.org/rss`.
fn subscribed(text: &str) -> Option<String> {
    let rest = ["feed:", "rss:", "podcast:", "pcast:", "itpc:"].iter().find_map(|scheme| text.strip_prefix(scheme))?;
    Some(if rest.starts_with("//") { format!("https:{rest}") } else { rest.to_owned() })
}

/// `www.example.org/news` lacks no more than the scheme.
fn bare_host(text: &str, example: &str) -> Result<Url, Fault> {
    let whole = format!("https://{}", text.trim().trim_start_matches('/'));
    let remedy = match Url::parse(&whole) {
        Ok(url) if url.host_str().is_some_and(|h| h.contains('.')) => format!("did you mean \"{whole}\"?"),
        _ => example.to_owned(),
    };
    Err(Fault::new(format!("`{text}` is not a whole address"), remedy))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_for_other_programs_is_read() {
        for text in ["feed://a.example/rss", "feed:https://a.example/rss", "podcast://a.example/rss"] {
            let remedy = address(text).expect_err(text).remedy.unwrap();
            assert_eq!(remedy, "did you mean \"https://a.example/rss\"?", "{text}");
        }
    }

    #[test]
    fn an_address_has_one_meaning() {
        let rows = [
            ("https://www.example.org/news/", true),
            (" http://127.0.0.1:8080/a%2eb?q=\t ", true),
            ("http://user:p%40ss@example.org/", true),
            ("http://127.0.0.1%2eexample.com/", false),
            ("http://127.0.0.1\t.example.com/", false),
            ("http://0177.0.0.1/", false),
            ("http://2130706433/", false),
        ];
        for (text, expected) in rows {
            assert_eq!(address(text).is_ok(), expected, "{text}");
        }
    }
}
