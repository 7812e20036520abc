//! Files of the same name with another program's grammar, recognised so that the complaint makes sense.

use super::complaint::Complaint;
use super::section::{Section, Value};
use super::source::tame;

/// Complains once where a file is written for another program, and tells how to write its first feed here.
pub(super) fn recognise(file: &Section<'_>) -> bool {
    rsspls(file) || scotty(file)
}

/// rsspls: `[rsspls]` and `[[feed]]` with a table `config`.
fn rsspls(file: &Section<'_>) -> bool {
    let settings = file.left().find(|v| v.key == "rsspls" && v.as_section().is_some());
    let feeds = file.left().find(|v| v.key == "feed" && v.is_list());
    let Some(sign) = settings.or(feeds) else { return false };
    let first = feeds.and_then(|v| v.quiet_list().into_iter().next()).and_then(|v| v.as_section());
    let config = first.as_ref().and_then(|f| f.left().find(|v| v.key == "config")).and_then(|v| v.as_section());
    if settings.is_none() && config.is_none() {
        return false;
    }
    let mut rules = Vec::new();
    let mut url = None;
    if let Some(config) = &config {
        url = text_of(config, "url");
        for (theirs, ours) in
            [("item", "item"), ("heading", "title"), ("link", "link"), ("summary", "summary"), ("date", "date")]
        {
            rules.extend(text_of(config, theirs).map(|selector| (ours, selector)));
        }
    }
    let name = first.as_ref().and_then(|f| text_of(f, "title"));
    complain(file, sign, "rsspls", name, url, &rules);
    true
}

/// Feed me up, Scotty: a table for each feed, with `url` and `entrySelector`.
fn scotty(file: &Section<'_>) -> bool {
    let marks = |v: &&Value<'_>| {
        v.key != "sources" && v.as_section().is_some_and(|s| s.left().any(|v| v.key == "entrySelector"))
    };
    let Some(sign) = file.left().find(marks) else { return false };
    let Some(feed) = sign.as_section() else { return false };
    let mut rules = Vec::new();
    for (theirs, ours) in [
        ("entrySelector", "item"),
        ("titleSelector", "title"),
        ("linkSelector", "link"),
        ("contentSelector", "summary"),
        ("dateSelector", "date"),
    ] {
        rules.extend(text_of(&feed, theirs).map(|selector| (ours, selector)));
    }
    let name = text_of(&feed, "title").or_else(|| Some(sign.key.to_owned()));
    complain(file, sign, "Feed me up, Scotty", name, text_of(&feed, "url"), &rules);
    true
}

fn complain(
    file: &Section<'_>,
    sign: &Value<'_>,
    program: &str,
    name: Option<String>,
    url: Option<String>,
    rules: &[(&str, String)],
) {
    let id = tame(name.as_deref().unwrap_or("example"));
    let mut ours = format!(
        "its first feed is written here as\n\n[sources.{id}]\nurl = {}",
        quoted(url.as_deref().unwrap_or("https://www.example.org/news/"))
    );
    if !rules.is_empty() {
        ours.push_str(&format!("\n[sources.{id}.listing]        # try without this table first"));
        for (key, selector) in rules {
            ours.push_str(&format!("\n{key} = {}", quoted(selector)));
        }
    }
    file.findings.complain(
        Complaint::error(&sign.key_place, format!("this file is written for {program}, not for Courant"))
            .label(format!("only {program} has this"))
            .remedy("both use the name feeds.toml; `courant --config OTHER.toml import FILE` takes its feeds over")
            .remedy(ours),
    );
}

fn text_of(section: &Section<'_>, key: &str) -> Option<String> {
    section.left().find(|v| v.key == key)?.as_text().map(str::to_owned)
}

/// A TOML string.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}
