//! Plain text out of sanitized HTML, for summaries.

use crate::model::fold_space;

/// What a person sees of a piece of sanitized HTML, white space folded, in at most `most` characters, cut
/// between words where the script has any; `…` tells that something is missing.
pub fn excerpt(html: &str, most: usize) -> String {
    // Folding only shortens: four times the length asked for, plus a start, is enough text to cut from.
    let text = fold_space(&visible_text(html, most.saturating_mul(4).saturating_add(1000)));
    let Some((cut, _)) = text.char_indices().nth(most) else { return text };
    let head = text.get(..cut).unwrap_or_default();
    let words = head.rfind(' ').filter(|at| *at > cut / 2).and_then(|at| head.get(..at)).unwrap_or(head);
    format!("{}…", words.trim_end_matches([' ', ',', ';', ':', '，', '、', '；']))
}

/// The text of a piece of sanitized HTML up to about `enough` bytes: tags become blanks where they part words,
/// the character references that a serializer writes are resolved.
pub fn visible_text(html: &str, enough: usize) -> String {
    let mut out = String::new();
    let mut rest = html;
    while let Some(c) = rest.chars().next() {
        if out.len() > enough {
            break;
        }
        let taken = match c {
            '<' => tag(rest, &mut out),
            '&' => reference(rest, &mut out),
            _ => {
                let end = rest.find(['<', '&']).unwrap_or(rest.len());
                out.push_str(rest.get(..end).unwrap_or_default());
                end
            }
        };
        // Every arm takes at least the character it was chosen by.
        rest = rest.get(taken.max(c.len_utf8())..).unwrap_or_default();
    }
    out
}

/// Skips a tag or comment at the start of `rest`; a blank stands for it unless it is one that stands within words.
fn tag(rest: &str, out: &mut String) -> usize {
    let end =
        if rest.starts_with("<!--") { rest.find("-->").map(|at| at + 3) } else { rest.find('>').map(|at| at + 1) };
    let end = end.unwrap_or(rest.len());
    let name: String = rest
        .trim_start_matches(['<', '/'])
        .chars()
        .take_while(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect();
    let within = [
        "a", "abbr", "b", "cite", "code", "em", "i", "mark", "q", "s", "small", "span", "strong", "sub", "sup", "u",
        "wbr",
    ];
    if !within.contains(&name.as_str()) {
        out.push(' ');
    }
    end
}

/// Resolves a character reference at the start of `rest`.
fn reference(rest: &str, out: &mut String) -> usize {
    let body = rest.get(1..).unwrap_or_default();
    let name = body.find(';').filter(|at| *at < 12).and_then(|at| body.get(..at));
    let numeric = |digits: &str| match digits.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok(),
        None => digits.parse().ok(),
    };
    let resolved = match name {
        Some("amp") => Some('&'),
        Some("lt") => Some('<'),
        Some("gt") => Some('>'),
        Some("quot") => Some('"'),
        Some("apos") => Some('\''),
        Some("nbsp") => Some('\u{a0}'),
        Some(other) => other.strip_prefix('#').and_then(numeric).and_then(char::from_u32),
        None => None,
    };
    match (resolved, name) {
        (Some(c), Some(name)) => {
            out.push(c);
            name.len() + 2
        }
        _ => {
            out.push('&');
            1
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_is_what_a_person_sees() {
        let check = |html, most, expected: &str| assert_eq!(excerpt(html, most), expected);
        check("<p>One <b>bold</b>ness.</p><p>Two &amp; three&nbsp;&lt;4&gt;</p>", 100, "One boldness. Two & three <4>");
        check("<p>Rain and wind, and more of both</p>", 15, "Rain and wind…");
        check("今天下午的新闻发布会", 4, "今天下午…");
        check("<!-- not > seen -->seen<br>line &#x41;&#66; &bogus; &", 50, "seen line AB &bogus; &");
        check("<p>cut off <a href=", 50, "cut off");
        check("", 10, "");
    }
}
