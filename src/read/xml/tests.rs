use proptest::prelude::*;
use url::Url;

use super::{Element, Space, Xml};

/// The tree as nested brackets: `rss(channel(title="x"))`.
fn shape(text: &str) -> String {
    fn write(element: Element, out: &mut String) {
        out.push_str(element.local());
        let inner: Vec<Element> = element.children().collect();
        if inner.is_empty() {
            let text = element.text();
            if !text.trim().is_empty() {
                out.push_str(&format!("={:?}", text.trim()));
            }
            return;
        }
        out.push('(');
        for (n, child) in inner.into_iter().enumerate() {
            if n > 0 {
                out.push(' ');
            }
            write(child, out);
        }
        out.push(')');
    }
    let xml = Xml::parse(text);
    let mut out = String::new();
    for top in xml.tops() {
        write(top, &mut out);
    }
    out
}

#[test]
fn good_and_bad_xml_is_read_as_it_was_meant() {
    for (text, expected) in [
        ("<?xml version='1.0'?><!-- c --><a><b>x</b><c/></a>", "a(b=\"x\" c)"),
        ("<a><![CDATA[<b>&amp;]]></a>", "a=\"<b>&amp;\""),
        (
            "<a>Fish & chips &amp; more &nosuch; &eacute;&#x41;&#146;&copy</a>",
            "a=\"Fish & chips & more &nosuch; éA’&copy\"",
        ),
        ("<a>don\u{92}t<![CDATA[ \u{80}5\u{1}\u{ffff}]]></a>", "a=\"don’t €5\""),
        ("<a>1 < 2 <3</a>", "a=\"1 < 2 <3\""),
        ("<a><b>x<c>y</a>", "a(b(c=\"y\"))"),
        ("<a><b>x</c></b><d>y</d></a>", "a(b=\"x\" d=\"y\")"),
        ("<A><b>x</B></a>", "A(b=\"x\")"),
        (
            "<rss><channel><item><title>one<item><title>two</title></item></channel></rss>",
            "rss(channel(item(title=\"one\") item(title=\"two\")))",
        ),
        (
            "<rss><channel><item><title>t<link>l</link><guid>g</item></channel></rss>",
            "rss(channel(item(title=\"t\" link=\"l\" guid=\"g\")))",
        ),
        (
            "<rss><channel><item><description>a<br>b<img src=x>c</description></item></channel></rss>",
            "rss(channel(item(description(br img))))",
        ),
        ("<a><b><![CDATA[never closed</b><c>d</c></a>", "a(b=\"never closed\" c=\"d\")"),
        ("<a><!-- never closed <b>x</b></a>", "a=\"x\""),
        ("junk before<a>x</a>junk after", "a=\"x\""),
        ("<a\0>x\0\u{1}y&#0;&#xFFFE;</a>", "a=\"xy\""),
        (
            "<!DOCTYPE a [<!ENTITY own 'mine &amp; &other;'><!ENTITY file SYSTEM 'file:///etc/hosts'>]><a>&own; &file;</a>",
            "a=\"mine & &other; &file;\"",
        ),
    ] {
        assert_eq!(shape(text).replace('\0', ""), expected, "{text}");
    }
}

#[test]
fn attributes_are_read_however_they_are_quoted() {
    let xml = Xml::parse("<a one='1' two=\"2 &amp; 2\" three=3 FOUR five=f six = '6' two='again'>x</a>");
    let a = xml.tops().next().unwrap();
    for (name, value) in [("one", "1"), ("two", "2 & 2"), ("three", "3"), ("four", ""), ("five", "f"), ("six", "6")] {
        assert_eq!(a.attribute(name), Some(value), "{name}");
    }
}

#[test]
fn namespaces_go_by_address_and_else_by_usual_prefix() {
    let text = "<rss xmlns:m='http://search.yahoo.com/mrss/' xmlns='http://www.w3.org/2005/Atom'><channel>\
        <m:content/><media:content/><dc:date/><x xmlns='http://www.w3.org/1999/xhtml'/><atom:link/></channel></rss>";
    let xml = Xml::parse(text);
    let channel = xml.tops().next().unwrap().child(Space::Plain, "channel").unwrap();
    let spaces: Vec<Space> = channel.children().map(|e| e.space()).collect();
    assert_eq!(spaces, [Space::Media, Space::Media, Space::Dc, Space::Xhtml, Space::Atom]);
}

#[test]
fn inner_html_is_written_with_absolute_addresses() {
    let xml = Xml::parse("<a xml:base='/b/'><h:p xmlns:h='x' title='\"'>1 &lt; 2<br/><a href='c'>&amp;</a></h:p>t</a>");
    let a = xml.tops().next().unwrap();
    let page = Url::parse("https://paper.example/feed").unwrap();
    assert_eq!(
        a.inner_html(&page),
        "<p title=\"&quot;\">1 &lt; 2<br><a href=\"https://paper.example/b/c\">&amp;</a></p>t"
    );
}

#[test]
fn attacks_take_no_room() {
    let laughs: String = (1..40).map(|n| format!("<!ENTITY e{n} '&e{};&e{};'>", n - 1, n - 1)).collect();
    let long = format!("<!ENTITY long '{}'>", "x".repeat(4000));
    for (text, most) in [
        (format!("<!DOCTYPE a [<!ENTITY e0 'ha'>{laughs}]><a>&e39;</a>"), 100),
        (format!("<!DOCTYPE a [{long}]><a>{}</a>", "&long;".repeat(100_000)), 300_000),
        (format!("{}x{}", "<a>".repeat(300_000), "</a>".repeat(300_000)), 10),
        (format!("<a {}>x</a>", "b='c' ".repeat(200_000)), 10),
        ("<a><![CDATA[".repeat(200_000), 3_000_000),
        ("<!-- <a ".repeat(200_000), 3_000_000),
        ("<!DOCTYPE '<a b=\"".repeat(200_000), 3_000_000),
        (format!("<{}>x", "n".repeat(2_000_000)), 10),
        (format!("<a xmlns:b='c'>{}", "<b:c xmlns:d='e'></f:g>".repeat(100_000)), 10),
    ] {
        let xml = Xml::parse(&text);
        let size: usize = xml.tops().map(|t| t.text().len()).sum();
        assert!(size <= most, "{size} of {}", text.get(..60).unwrap());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_text_does_harm(parts in proptest::collection::vec(prop_oneof![
        Just("<rss>"), Just("<item>"), Just("</item>"), Just("<title"), Just(">"), Just("</"), Just("<![CDATA["), Just("]]>"),
        Just("<!--"), Just("-->"), Just("<!DOCTYPE x ["), Just("<!ENTITY a 'b'>"), Just("&a;"), Just("&#"), Just(" c='"),
        Just(" d=\""), Just("é"), Just("<?"), Just("?>"), Just("/>"), Just("text"), Just("xmlns:q='r'"), Just("<q:s>"),
    ], 0..40)) {
        let text = parts.concat();
        let xml = Xml::parse(&text);
        let base = Url::parse("https://paper.example/").unwrap();
        for top in xml.tops() {
            top.text();
            top.inner_html(&base);
            top.descendants().count();
        }
    }
}
