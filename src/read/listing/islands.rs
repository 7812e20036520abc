//! Lists that some content systems hide from plain HTML: records as CDATA inside
//! `<script type="text/xml"><datastore>`, which a script of theirs unpacks in the browser.

use std::borrow::Cow;

/// Puts the records in the page where their scripts stand, as elements.
pub(super) fn unfold(text: &str) -> Cow<'_, str> {
    if memchr::memmem::find(text.as_bytes(), b"<![CDATA[").is_none() {
        return Cow::Borrowed(text);
    }
    let mut out = String::new();
    let mut copied = 0;
    let mut at = 0;
    while let Some((before, script, _)) = text.get(at..).and_then(next_script) {
        let begin = at + before.len();
        at = begin + script.len();
        if let Some(records) = records(script) {
            out.push_str(text.get(copied..begin).unwrap_or_default());
            out.push_str(&records);
            copied = at;
        }
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(text.get(copied..).unwrap_or_default());
    Cow::Owned(out)
}

/// The text before the next script, the script with its tags, the text after.
fn next_script(text: &str) -> Option<(&str, &str, &str)> {
    let start = find_caseless(text, "<script")?;
    let (before, from) = text.split_at(start);
    let end = find_caseless(from, "</script").and_then(|at| Some(at + from.get(at..)?.find('>')? + 1));
    let (script, after) = from.split_at(end.unwrap_or(from.len()));
    Some((before, script, after))
}

/// Position of an ASCII word in any case.
fn find_caseless(text: &str, word: &str) -> Option<usize> {
    let first = *word.as_bytes().first()?;
    memchr::memchr_iter(first, text.as_bytes())
        .find(|at| text.as_bytes().get(*at..at + word.len()).is_some_and(|w| w.eq_ignore_ascii_case(word.as_bytes())))
}

/// The records of an XML island as one element; `None` for other scripts.
fn records(script: &str) -> Option<String> {
    let head = script.split_once('>').map_or(script, |(head, _)| head).to_ascii_lowercase();
    if !head.contains("xml") || !script.contains("<record") {
        return None;
    }
    let pieces: Vec<&str> = script
        .split("<record>")
        .skip(1)
        .filter_map(|r| Some(r.split_once("<![CDATA[")?.1.split_once("]]>")?.0))
        .collect();
    let first = pieces.first()?.trim_start().to_ascii_lowercase();
    let (open, close) = if first.starts_with("<li") {
        ("<ul>", "</ul>")
    } else if first.starts_with("<tr") {
        ("<table>", "</table>")
    } else {
        ("<div>", "</div>")
    };
    Some(format!("{open}{}{close}", pieces.concat()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_become_elements_where_their_script_stood() {
        let page = "<p>a<script type='text/xml'><datastore><recordset><record><![CDATA[<li>1</li>]]></record>\
                    <record><![CDATA[<li>2</li>]]></record></recordset></datastore></script><p>b";
        assert_eq!(unfold(page), "<p>a<ul><li>1</li><li>2</li></ul><p>b");
    }

    #[test]
    fn other_scripts_stay() {
        for page in ["<script>//<![CDATA[\nx\n//]]></script>", "<script", "<![CDATA[<script>"] {
            assert!(matches!(unfold(page), Cow::Borrowed(text) if text == page));
        }
    }
}
