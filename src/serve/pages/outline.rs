//! A text made to fit into a page: its headings stand under the page's own, its pictures say nothing where they have
//! no words.

/// Sanitized HTML whose headings begin at level `from` and skip none, whatever levels they had: people who listen
/// to a page find their way by them (WCAG 2.2, 1.3.1). A picture without words gets an empty `alt`, lest its address
/// be read out (1.1.1); it is written without quotes, which is harmless even within an attribute.
pub(super) fn outlined(html: &str, from: usize) -> String {
    let mut out = String::with_capacity(html.len());
    // The levels that are open, as they were written.
    let mut open: Vec<usize> = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at(at);
        out.push_str(before);
        let start = ["</h", "<h"].into_iter().find(|start| tag.starts_with(start)).unwrap_or("<");
        let name = tag.strip_prefix(start).unwrap_or_default();
        out.push_str(start);
        let mut letters = name.chars();
        let level = letters.next().and_then(|c| c.to_digit(10)).filter(|level| start != "<" && (1..=6).contains(level));
        let ends = letters.next().is_some_and(|c| c == '>' || c == ' ');
        rest = match level.filter(|_| ends) {
            Some(level) => {
                let level = level as usize;
                if start == "<h" {
                    open.retain(|outer| *outer < level);
                    open.push(level);
                }
                out.push_str(&(from + open.len().saturating_sub(1)).min(6).to_string());
                // The level is one letter.
                name.get(1..).unwrap_or_default()
            }
            None if start == "<" && name.starts_with("img ") => {
                let own = name.split('>').next().unwrap_or_default();
                out.push_str(if own.contains(" alt=") { "img" } else { "img alt" });
                name.get("img".len()..).unwrap_or_default()
            }
            None => name,
        };
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_begin_below_the_pages_own_and_skip_none() {
        let check = |from, html: &str, expected: &str| assert_eq!(outlined(html, from), expected);
        check(2, "<p>No <hr> heading</p>", "<p>No <hr> heading</p>");
        check(2, "<h3>a</h3><p>b</p><h3 id=\"x\">c</h3>", "<h2>a</h2><p>b</p><h2 id=\"x\">c</h2>");
        check(3, "<h1>a</h1><h4>b</h4><h2>c</h2>", "<h3>a</h3><h4>b</h4><h4>c</h4>");
        check(5, "<h1>a</h1><h2>b</h2><h3>c</h3>", "<h5>a</h5><h6>b</h6><h6>c</h6>");
        check(2, "<h7>a<h", "<h7>a<h");
    }

    #[test]
    fn a_picture_without_words_says_nothing() {
        let check = |html: &str, expected: &str| assert_eq!(outlined(html, 2), expected);
        check("<p><img src=\"a.png\"></p>", "<p><img alt src=\"a.png\"></p>");
        check("<img src=\"a.png\" alt=\"A mill\"><imgx>", "<img src=\"a.png\" alt=\"A mill\"><imgx>");
        check("<p title=\"<img src=x>\">a</p>", "<p title=\"<img alt src=x>\">a</p>");
    }
}
