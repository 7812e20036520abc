use encoding_rs::Encoding;

use super::*;

const SAMPLES: &[(&str, &str, &str)] = &[
    ("gbk", "cn", "省政府昨日召开新闻发布会，介绍全省经济运行情况。"),
    ("gb18030", "cn", "省政府昨日召开新闻发布会，介绍全省经济运行情况。"),
    ("big5", "tw", "市政府昨日舉行記者會，說明本年度的交通建設計畫。"),
    ("shift_jis", "jp", "市役所は昨日、今年度の交通計画について記者会見を開いた。"),
    ("euc-jp", "jp", "市役所は昨日、今年度の交通計画について記者会見を開いた。"),
    ("iso-2022-jp", "jp", "市役所は昨日、今年度の交通計画について記者会見を開いた。"),
    ("euc-kr", "kr", "시청은 어제 올해의 교통 계획에 대해 기자 회견을 열었다."),
    ("windows-1251", "ru", "Вчера мэрия провела пресс-конференцию о планах на год."),
    ("koi8-r", "ru", "Вчера мэрия провела пресс-конференцию о планах на год."),
    ("windows-1252", "de", "Die Stadt hat gestern über die Pläne für das Jahr – wörtlich „größer“ – berichtet."),
    ("iso-8859-2", "pl", "Wczoraj urząd miasta ogłosił plany na rok: żółć, gęś, łódź."),
    ("windows-1256", "ar", "عقدت البلدية أمس مؤتمرا صحفيا حول خطط السنة الجديدة."),
    ("windows-874", "th", "เมื่อวานนี้เทศบาลได้จัดแถลงข่าวเกี่ยวกับแผนการจราจรประจำปี"),
    ("utf-8", "org", "Вчера 昨日 über"),
];

/// [`decode`] of bytes that nobody shares.
fn decode_slice(body: &[u8], content_type: Option<&str>, host: Option<&str>) -> (String, &'static str) {
    let (text, name) = decode(&Bytes::copy_from_slice(body), content_type, host);
    (text.to_string(), name)
}

fn encoded(label: &str, text: &str) -> Vec<u8> {
    let encoding = Encoding::for_label(label.as_bytes()).unwrap();
    let (bytes, _, bad) = encoding.encode(text);
    assert!(!bad, "{label}");
    bytes.into_owned()
}

fn text_of(body: &[u8], content_type: Option<&str>) -> String {
    decode_slice(body, content_type, None).0
}

#[test]
fn a_label_is_found_wherever_it_stands() {
    for (label, _, text) in SAMPLES {
        let page = |meta: &str| format!("<!doctype html><head>{meta}<title>{text}</title></head><p>{text}");
        let rows = [
            (page(""), Some(format!("text/html; charset={label}"))),
            (page(""), Some(format!("text/html;Charset = \"{}\"", label.to_uppercase()))),
            (page(&format!("<meta charset={label}>")), None),
            (page(&format!("<META CharSet = '{label}' />")), None),
            (page(&format!("<meta http-equiv='Content-Type' content='text/html; charset={label}'>")), None),
            (page(&format!("<meta name=x content=y><meta content=\"text/html;charset={label}\">")), None),
            (format!("<?xml version=\"1.0\" encoding=\"{label}\"?><rss><title>{text}</title></rss>"), None),
            (format!("\n\n<?xml version='1.0' encoding='{label}' ?><rss><title>{text}</title></rss>"), None),
        ];
        for (page, header) in rows {
            assert_eq!(text_of(&encoded(label, &page), header.as_deref()), page, "{label} {header:?}");
        }
    }
}

#[test]
fn without_a_label_the_bytes_tell() {
    for (label, domain, text) in SAMPLES {
        let page = format!("<!doctype html><title>{text}</title><p>{text} {text} {text}");
        let host = format!("www.example.{domain}");
        assert_eq!(decode_slice(&encoded(label, &page), Some("text/html"), Some(&host)).0, page, "{label}");
    }
}

#[test]
fn wide_charsets_are_known_by_mark_and_by_pattern() {
    let page = "<!doctype html><html><head><title>市政府举行记者会</title></head><p>新闻</p></html>";
    let little: Vec<u8> = page.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = page.encode_utf16().flat_map(u16::to_be_bytes).collect();
    for (mark, body, name) in [(&[0xff, 0xfe][..], &little, "UTF-16LE"), (&[0xfe, 0xff], &big, "UTF-16BE")] {
        let marked = [mark, body].concat();
        for (body, header) in [(&marked, Some("text/xml; charset=gbk")), (body, Some("text/html")), (body, None)] {
            assert_eq!(decode_slice(body, header, None), (page.to_owned(), name), "{header:?}");
        }
    }
    let marked = [&[0xef, 0xbb, 0xbf][..], page.as_bytes()].concat();
    assert_eq!(decode_slice(&marked, Some("text/html; charset=gbk"), None), (page.to_owned(), "UTF-8"));
}

#[test]
fn misspelt_labels_are_mended() {
    let rows = [
        ("utf8", "UTF-8"),
        ("UTF_8", "UTF-8"),
        ("utf-8lias", "UTF-8"),
        ("gb-2312", "GBK"),
        ("gbk2312", "GBK"),
        ("x-gbk", "GBK"),
        ("big-5", "Big5"),
        ("Shift-JIS", "Shift_JIS"),
        ("sjis", "Shift_JIS"),
        ("euc_kr", "EUC-KR"),
        ("euc_jp", "EUC-JP"),
        ("cp-1251", "windows-1251"),
        ("win-1251", "windows-1251"),
        ("windows1256", "windows-1256"),
        ("iso8859-2", "ISO-8859-2"),
        ("iso_8859_15", "ISO-8859-15"),
        ("latin-1", "windows-1252"),
        ("koi8r", "KOI8-R"),
    ];
    for (label, name) in rows {
        assert_eq!(by_label(label).map(Encoding::name), Some(name), "{label}");
    }
    for label in ["x-klingon", "", "iso-2022-kr", "hz-gb-2312", "charset", "windows-9999", "iso-8859-99"] {
        assert_eq!(by_label(label), None, "{label}");
    }
}

#[test]
fn a_label_that_the_bytes_contradict_loses() {
    let russian = SAMPLES[7].2;
    let rows = [
        // The header says UTF-8, the document windows-1251, and so do the bytes.
        (
            encoded("windows-1251", &format!("<?xml version=\"1.0\" encoding=\"windows-1251\"?><t>{russian}</t>")),
            Some("application/rss+xml; charset=utf-8"),
            russian,
        ),
        // The document says Latin-1 and is UTF-8.
        (format!("<?xml version=\"1.0\" encoding=\"iso-8859-1\"?><t>{russian}</t>").into_bytes(), None, russian),
        // Both say UTF-8 and neither is right.
        (
            encoded("windows-1251", &format!("<meta charset=utf-8><p>{russian}</p>")),
            Some("text/html; charset=utf-8"),
            russian,
        ),
        // A header of GBK over a page of UTF-8.
        (format!("<p>{}</p>", SAMPLES[0].2).into_bytes(), Some("text/html; charset=gbk"), SAMPLES[0].2),
        // An unknown label says nothing.
        (format!("<p>{russian}</p>").into_bytes(), Some("text/html; charset=x-klingon"), russian),
    ];
    for (body, header, expected) in rows {
        let text = text_of(&body, header);
        assert!(text.contains(expected), "{header:?}: {text}");
    }
}

#[test]
fn a_few_broken_bytes_do_not_change_the_charset() {
    let text = "ночь улица фонарь аптека ".repeat(20);
    let mut body = text.clone().into_bytes();
    body.extend_from_slice(b"caf\xe9 \xff\xfe");
    let (got, charset) = decode_slice(&body, Some("text/html; charset=utf-8"), None);
    assert_eq!(charset, "UTF-8");
    assert!(got.starts_with(&text) && got.contains('\u{fffd}'));
    let mut body = encoded("gbk", &SAMPLES[0].2.repeat(30));
    body.insert(20, 0xff);
    let (got, charset) = decode_slice(&body, Some("text/html; charset=gb2312"), None);
    assert_eq!(charset, "GBK");
    assert!(got.contains(SAMPLES[0].2));
}

proptest::proptest! {
    #[test]
    fn no_bytes_break_the_decoding(body in proptest::collection::vec(proptest::num::u8::ANY, 0..400), label in "[ -~]{0,20}") {
        let header = format!("text/html; charset={label}");
        decode_slice(&body, Some(&header), Some("Example.XN--P1AI."));
    }
}

#[test]
fn utf_32_is_read_with_a_mark_and_without() {
    let text = "<?xml version='1.0' encoding='UTF-32'?><rss><title>Fähre 新 😀</title></rss>";
    let little = |text: &str| -> Vec<u8> { text.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect() };
    let big = |text: &str| -> Vec<u8> { text.chars().flat_map(|c| u32::from(c).to_be_bytes()).collect() };
    let marked = format!("\u{feff}{text}");
    for (bytes, charset) in
        [(little(&marked), "UTF-32LE"), (big(&marked), "UTF-32BE"), (little(text), "UTF-32LE"), (big(text), "UTF-32BE")]
    {
        for header in [None, Some("text/xml; charset=utf-32"), Some("text/xml; charset=iso-8859-1")] {
            assert_eq!(decode_slice(&bytes, header, None), (text.to_owned(), charset), "{header:?}");
        }
    }
    // A broken end and a number that is no character are marked, and nothing else is lost.
    let mut broken = little("<rss>a");
    broken.extend([0xff, 0xff, 0xff, 0xff, 1, 2]);
    broken.splice(0..0, little("\u{feff}"));
    assert_eq!(decode_slice(&broken, None, None).0, "<rss>a\u{fffd}\u{fffd}");
    // UTF-16 with the same first two bytes stays what it is.
    let wide: Vec<u8> = marked.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(decode_slice(&wide, None, None), (text.to_owned(), "UTF-16LE"));
}

#[test]
fn a_label_in_a_comment_is_none() {
    let koi = "<meta charset=koi8-r>";
    let rows = [
        (format!("<!-- {koi} --><meta charset=windows-1251>"), Some("windows-1251")),
        (format!("<!--{koi}--> <!-- {koi} -->"), None),
        (format!("<!--[if IE]>{koi}<![endif]-->"), None),
        // Comments that end where they begin, and such as have no end, hide nothing.
        (format!("<!-->{koi}"), Some("KOI8-R")),
        (format!("<!--->{koi}<p> -->"), Some("KOI8-R")),
        (format!("<!-- {koi}"), Some("KOI8-R")),
        (format!("<!- {koi} -->"), Some("KOI8-R")),
    ];
    for (head, name) in rows {
        assert_eq!(own_label(head.as_bytes()).map(Encoding::name), name.map(|n| by_label(n).unwrap().name()), "{head}");
    }
}

#[test]
fn only_what_speaks_of_the_content_type_is_a_label() {
    let rows = [
        ("<meta name=description content='What charset=koi8-r means'>", None),
        ("<meta property='og:description' content=\"charset=koi8-r\"><meta charset=big5>", Some("Big5")),
        ("<meta name=x content='charset=koi8-r' charset=big5>", Some("Big5")),
        ("<meta data-charset=koi8-r>", None),
        ("<metadata charset=koi8-r>", None),
        ("<meta content='text/html; charset=koi8-r' HTTP-EQUIV=Content-Type>", Some("KOI8-R")),
        ("<meta http-equiv=content-type content='charset=koi8-r'>", Some("KOI8-R")),
        ("<meta http-equiv=refresh content='charset=koi8-r'>", None),
        ("<meta/charset=koi8-r/>", Some("KOI8-R")),
        ("<meta charset=\"\"koi8-r\"\">", Some("KOI8-R")),
        ("<meta charset==koi8-r>", Some("KOI8-R")),
        ("<meta charset=\"koi8-r>", Some("KOI8-R")),
        ("<meta http-equiv=\"Content-Type\" content=\"text/html; charset=\"koi8-r\"\">", Some("KOI8-R")),
        ("<meta http-equiv=content-type content=text/html; charset=koi8-r>", Some("KOI8-R")),
    ];
    for (head, name) in rows {
        assert_eq!(own_label(head.as_bytes()).map(Encoding::name), name, "{head}");
    }
}

#[test]
fn however_late_the_letters_come_they_are_what_is_guessed_from() {
    let script = "<script>let a = 1;</script>\n".repeat(4000);
    for (label, domain, text) in SAMPLES {
        let host = format!("www.example.{domain}");
        let page = format!("<!doctype html><title>News</title>{script}<p>{text} {text} {text}");
        // What is ASCII but for its meaning is taken at its word.
        let is_ascii = *label == "iso-2022-jp";
        for header in ["text/html", "text/html; charset=utf-8"].into_iter().take(if is_ascii { 1 } else { 2 }) {
            let (got, charset) = decode_slice(&encoded(label, &page), Some(header), Some(&host));
            assert!(got == page, "{label} {header}: {charset}");
        }
    }
    // A sign or two at the beginning are not enough to tell.
    let page = format!("<!doctype html><p>© №</p>{script}<p>{0} {0} {0}", SAMPLES[7].2);
    let body = encoded("windows-1251", &page);
    // Nor does a label hold that what comes late contradicts.
    for header in [None, Some("text/html; charset=euc-jp")] {
        let (got, charset) = decode_slice(&body, header, None);
        assert!(got == page, "{header:?}: {charset}");
    }
}

#[test]
fn some_broken_bytes_among_few_letters_do_not_change_the_charset() {
    const PAIR: &[u8] = b"\xed\xa0\xbd\xed\xb8\x80";
    let rows: [(&str, &[u8]); 6] = [
        ("Grüße aus der Stadt", PAIR),
        ("Emoji ä", PAIR),
        ("The harbour – news", PAIR),
        ("The harbour – news", b"\xa0\xa0"),
        ("Müller in der Stadt", b"caf\xe9 \xe4"),
        ("Новости города", b"\xff\xff\xff"),
    ];
    for (text, bytes) in rows {
        let row = [b"<li>", text.as_bytes(), b" ", bytes, b"news"].concat();
        for host in [None, Some("news.example.de")] {
            let (got, charset) = decode_slice(&row.repeat(6), Some("text/html; charset=utf-8"), host);
            assert_eq!((charset, got.contains(text)), ("UTF-8", true), "{got}");
        }
    }
    // Texts of other charsets are not taken for it, whatever is said of them.
    for (label, domain, text) in SAMPLES.iter().filter(|(label, ..)| !["utf-8", "iso-2022-jp"].contains(label)) {
        let body = encoded(label, &format!("<p>{text} {text}"));
        let host = format!("www.example.{domain}");
        let got = decode_slice(&body, Some("text/html; charset=utf-8"), Some(&host)).0;
        assert!(got.contains(text), "{label}: {got}");
    }
}

#[test]
fn wide_text_of_any_script_is_told_from_binary_data() {
    let little = |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_le_bytes).collect() };
    let big = |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_be_bytes).collect() };
    let quad = |text: &str| -> Vec<u8> { text.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect() };
    for text in ["Новости города", "Νέα από το λιμάνι", "חדשות הנמל", "新闻"] {
        let long = text.repeat(40);
        for page in [format!("<p>{long}"), format!("\n <p>{long}"), format!("{{\"title\":\"{long}\"}}")] {
            for (bytes, name) in [(little(&page), "UTF-16LE"), (big(&page), "UTF-16BE")] {
                assert!(is_wide(&bytes, None), "{name} {page}");
                assert_eq!(decode_slice(&bytes, Some("text/html"), None), (page.clone(), name));
            }
        }
        let marked = format!("\u{feff}{long} \0");
        assert!(is_wide(&little(&marked), None) && is_wide(&big(&marked), None) && is_wide(&quad(&marked), None));
        let plain = format!("{long} ");
        assert!(is_wide(&little(&plain), Some("text/html; charset=utf-16")), "{plain}");
        assert!(!is_wide(&little(&plain), Some("text/html")), "{plain}");
        assert!(!is_wide(plain.as_bytes(), Some("text/html; charset=utf-16")), "{plain}");
    }
    for noise in
        [&b"\0\0\x01\0\x01\0"[..], b" \0\x01\0\x02\0", b"\x7fELF\x02\x01\x01\0\0", b"\xff\xfe\x01", b"\x05\0\0\0"]
    {
        assert!(!is_wide(&noise.repeat(50), None), "{noise:?}");
    }
}
