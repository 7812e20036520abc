use proptest::prelude::*;

use super::{looks_like_feed, read};
use crate::model::{FeedFormat, Listing, ListingMethod, Teaser};
use crate::read::listing::page;

fn feed(text: &str) -> Listing {
    let read = read(&page("https://paper.example/feed.xml", text));
    assert!(matches!(read.value.method, ListingMethod::Feed(_)), "{:?}: {text}", read.problems);
    read.value
}

fn format(text: &str) -> Option<FeedFormat> {
    match read(&page("https://paper.example/feed.xml", text)).value.method {
        ListingMethod::Feed(format) => Some(format),
        _ => None,
    }
}

/// The one entry of an RSS feed of this inside.
fn item(inside: &str) -> Teaser {
    let namespaces = "xmlns:content='http://purl.org/rss/1.0/modules/content/' xmlns:dc='http://purl.org/dc/elements/1.1/' \
        xmlns:media='http://search.yahoo.com/mrss/' xmlns:itunes='http://www.itunes.com/dtds/podcast-1.0.dtd' xmlns:atom='http://www.w3.org/2005/Atom'";
    let listing = feed(&format!(
        "<rss version='2.0' {namespaces}><channel><title>T</title><item>{inside}</item></channel></rss>"
    ));
    assert_eq!(listing.teasers.len(), 1, "{inside}");
    listing.teasers.into_iter().next().unwrap()
}

/// The one entry of an Atom feed of this inside.
fn entry(inside: &str) -> Teaser {
    let text = format!(
        "<feed xmlns='http://www.w3.org/2005/Atom' xml:lang='en'><author><name>The Desk</name></author><entry>{inside}</entry></feed>"
    );
    feed(&text).teasers.into_iter().next().unwrap()
}

fn url(found: Option<&url::Url>) -> Option<&str> {
    found.map(url::Url::as_str)
}

#[test]
fn every_format_is_known_by_its_outermost_element() {
    for (text, expected) in [
        ("<rss version='0.91'><channel><item/></channel></rss>", Some(FeedFormat::Rss)),
        ("<?xml version='1.0'?><!-- c --><RSS><CHANNEL/></RSS>", Some(FeedFormat::Rss)),
        ("<channel><title>x</title><item><title>y</title></item></channel>", Some(FeedFormat::Rss)),
        (
            "<br /><b>Warning</b>: broken on line 3<br /><?xml version='1.0'?><rss><channel/></rss>",
            Some(FeedFormat::Rss),
        ),
        (
            "<rdf:RDF xmlns='http://purl.org/rss/1.0/' xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><channel/></rdf:RDF>",
            Some(FeedFormat::Rdf),
        ),
        ("<rdf:RDF><channel/></rdf:RDF><!-- rss -->", Some(FeedFormat::Rdf)),
        ("<feed xmlns='http://www.w3.org/2005/Atom'/>", Some(FeedFormat::Atom)),
        ("<feed version='0.3' xmlns='http://purl.org/atom/ns#'/>", Some(FeedFormat::Atom)),
        ("<a:feed xmlns:a='http://www.w3.org/2005/Atom'/>", Some(FeedFormat::Atom)),
        ("<channel href='x'><item href='y'/></channel>", Some(FeedFormat::Cdf)),
        ("<opml version='2.0'><body/></opml>", Some(FeedFormat::Opml)),
        ("{\"version\":\"https://jsonfeed.org/version/1.1\",\"title\":\"x\",\"items\":[]}", Some(FeedFormat::Json)),
        ("<html><body><p>All about &lt;rss&gt;</p></body></html>", None),
        ("<!DOCTYPE html><title>feed</title>", None),
        ("<note><to>you</to></note>", None),
        ("<urlset><url/></urlset>", None),
        ("{\"items\":3}", None),
        ("garbage", None),
        ("", None),
    ] {
        assert_eq!(format(text), expected, "{text}");
        let page = page("https://paper.example/", text);
        assert_eq!(looks_like_feed(&page), expected.is_some(), "{text}");
        if expected.is_none() {
            assert_eq!(read(&page).problems.len(), 1, "{text}");
        }
    }
}

#[test]
fn a_channel_says_what_it_is() {
    let listing = feed(
        "<rss xmlns:atom='http://www.w3.org/2005/Atom' xmlns:sy='http://purl.org/rss/1.0/modules/syndication/'><channel>
        <title>The &amp;amp; Paper</title><link>/home</link><description>All of &lt;b&gt;it&lt;/b&gt;</description><language>de-AT</language>
        <managingEditor>desk@paper.example (The Desk)</managingEditor><lastBuildDate> Mon,  2 Mar 2026 </lastBuildDate><category>Sea</category>
        <image><title>other</title><url>/logo.png</url></image><textInput><title>wrong</title></textInput>
        <sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>
        <skipHours><hour>3</hour><hour>24</hour><hour>?</hour></skipHours><skipDays><day>Sunday</day></skipDays>
        <atom:link rel='self' href='/self'/><atom:link rel='next' href='?page=2'/></channel></rss>",
    );
    assert_eq!(listing.title.as_deref(), Some("The & Paper"));
    assert_eq!(url(listing.home.as_ref()), Some("https://paper.example/home"));
    assert_eq!(listing.description.as_deref(), Some("All of <b>it</b>"));
    assert_eq!(listing.language.as_deref(), Some("de-AT"));
    assert_eq!(
        (&*listing.authors[0].name, listing.authors[0].email.as_deref()),
        ("The Desk", Some("desk@paper.example"))
    );
    assert_eq!(listing.updated.unwrap().text, "Mon, 2 Mar 2026");
    assert_eq!(listing.categories, ["Sea"]);
    assert_eq!(listing.picture.unwrap().url.path(), "/logo.png");
    assert_eq!(listing.ttl_minutes, Some(30));
    let quiet = |at: &str| listing.quiet.covers(at.parse().unwrap());
    assert!(quiet("2026-03-02T03:30:00Z") && quiet("2026-03-02T00:00:00Z") && quiet("2026-03-01T12:00:00Z"));
    assert!(!quiet("2026-03-02T04:00:00Z"));
    assert_eq!(url(listing.next.as_ref()), Some("https://paper.example/feed.xml?page=2"));
}

#[test]
fn summary_and_full_text_are_kept_apart() {
    let t = item("<description>short</description><content:encoded><![CDATA[<p>long</p>]]></content:encoded>");
    assert_eq!((t.summary.as_deref(), t.content.as_deref()), (Some("short"), Some("<p>long</p>")));
    let t = item("<description>Tags <b>unescaped</b> &amp; all<br>of it</description>");
    assert_eq!(t.summary.as_deref(), Some("Tags <b>unescaped</b> &amp; all<br>of it"));
    let t = item("<description>&amp;lt;p&amp;gt;escaped twice&amp;lt;/p&amp;gt;</description>");
    assert_eq!(t.summary.as_deref(), Some("<p>escaped twice</p>"));
    let t = item("<itunes:summary>spoken</itunes:summary>");
    assert_eq!(t.summary.as_deref(), Some("spoken"));
}

#[test]
fn titles_become_plain_text_but_keep_what_is_no_tag() {
    for (title, expected) in [
        ("Fish &amp;amp; chips", "Fish & chips"),
        ("A &lt;i&gt;word&lt;/i&gt;", "A word"),
        ("The &lt;blink&gt; tag", "The <blink> tag"),
        ("3 &lt; 4 &amp; 5", "3 < 4 & 5"),
        ("<![CDATA[AT&T]]>", "AT&T"),
        (" two\n lines ", "two lines"),
        ("It&#8217;s &rsquo;here&nosuch;", "It’s ’here&nosuch;"),
    ] {
        assert_eq!(item(&format!("<title>{title}</title>")).headline.as_deref(), Some(expected), "{title}");
    }
    assert_eq!(item("<title/><media:title>m</media:title>").headline.as_deref(), Some("m"));
}

#[test]
fn links_are_found_wherever_a_feed_puts_them() {
    for (inside, expected) in [
        ("<link> https://a.example/1 </link>", Some("https://a.example/1")),
        ("<link>/one?a=1&b=2</link>", Some("https://paper.example/one?a=1&b=2")),
        ("<link href='/two'/>", Some("https://paper.example/two")),
        ("<atom:link rel='self' href='/no'/><atom:link href='/three'/>", Some("https://paper.example/three")),
        ("<guid>https://a.example/4</guid>", Some("https://a.example/4")),
        ("<guid isPermaLink='false'>https://a.example/5</guid>", None),
        ("<guid>tag:5</guid>", None),
        ("<link>javascript:alert(1)</link>", None),
        ("<link>www.a.example/6</link>", Some("http://www.a.example/6")),
        (
            "<link>https://burner.example/x</link><feedburner:origLink>https://a.example/7</feedburner:origLink>",
            Some("https://a.example/7"),
        ),
    ] {
        assert_eq!(url(item(inside).link.as_ref()), expected, "{inside}");
    }
}

#[test]
fn ids_keep_their_letters() {
    assert_eq!(item("<guid isPermaLink='false'> AbC-1 </guid>").guid.as_deref(), Some("AbC-1"));
    assert_eq!(
        entry("<id>http://Paper.Example/%7ea/../b</id>").guid.as_deref(),
        Some("http://Paper.Example/%7ea/../b")
    );
    assert_eq!(item("<title>none</title>").guid, None);
}

#[test]
fn authors_are_read_in_all_their_spellings() {
    for (inside, name, email) in [
        ("<author>me@a.example (My Name)</author>", "My Name", Some("me@a.example")),
        ("<author>My Name &lt;me@a.example&gt;</author>", "My Name", Some("me@a.example")),
        ("<author>me@a.example</author>", "me@a.example", Some("me@a.example")),
        ("<dc:creator><![CDATA[ My  Name ]]></dc:creator>", "My Name", None),
        ("<author><name>My Name</name><email>me@a.example</email></author>", "My Name", Some("me@a.example")),
        ("<author>Desk (now); Other Desk (earlier)</author>", "Desk (now); Other Desk (earlier)", None),
        ("<itunes:author>Host</itunes:author>", "Host", None),
    ] {
        let authors = item(inside).authors;
        assert_eq!((&*authors[0].name, authors[0].email.as_deref()), (name, email), "{inside}");
    }
    assert_eq!(item("<dc:creator>A</dc:creator><dc:creator>B</dc:creator>").authors.len(), 2);
    assert_eq!(entry("<title>x</title>").authors[0].name, "The Desk", "the feed's author is the entry's");
}

#[test]
fn media_become_enclosures_and_pictures() {
    let t = item(
        "<enclosure url='/a.mp3' type='audio/mpeg' length='1,234'/><itunes:duration>1:02:03</itunes:duration>
        <media:group><media:content url='/v.mp4' type='video/mp4' fileSize='9'/><media:thumbnail url='/t.jpg' width='120'/>
        <media:thumbnail url='/t2.jpg' width='640'/></media:group><media:keywords>sea, pier</media:keywords>",
    );
    assert_eq!(t.enclosures.len(), 2);
    assert_eq!((t.enclosures[0].length, t.enclosures[0].seconds), (Some(1234), Some(3723)));
    assert_eq!(t.enclosures[1].url.path(), "/v.mp4");
    assert_eq!(t.picture.unwrap().url.path(), "/t2.jpg");
    assert_eq!(t.categories, ["sea", "pier"]);
    let t = item("<media:content url='/p.jpg' medium='image'/><media:thumbnail url='/t.jpg'/>");
    assert_eq!((t.picture.unwrap().url.path().to_owned(), t.enclosures.len()), ("/p.jpg".to_owned(), 0));
}

#[test]
fn dates_stay_as_written() {
    let t = item("<pubDate> Tue,\n 3 Mar 2026 10:00 CET </pubDate><dc:date>2026-03-04</dc:date>");
    assert_eq!(t.published.unwrap().text, "Tue, 3 Mar 2026 10:00 CET");
    assert_eq!(t.updated.unwrap().text, "2026-03-04");
    let t = entry("<updated>2026-03-05</updated><issued>2026-03-04</issued>");
    assert_eq!((t.published.unwrap().text, t.updated.unwrap().text), ("2026-03-04".into(), "2026-03-05".into()));
}

#[test]
fn atom_texts_are_read_by_their_type() {
    for (content, expected) in [
        ("<content>1 &lt; 2 &amp; 3</content>", "1 &lt; 2 &amp; 3"),
        ("<content type='text'>&lt;b&gt;</content>", "&lt;b&gt;"),
        ("<content type='html'>&lt;b&gt;x&lt;/b&gt;</content>", "<b>x</b>"),
        (
            "<content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'><p>1 &lt; <a href='x'>2</a></p></div></content>",
            "<p>1 &lt; <a href=\"https://paper.example/x\">2</a></p>",
        ),
        ("<content type='text/html' mode='base64'>PGI+eDwvYj4</content>", "<b>x</b>"),
        (
            "<content xml:base='/deep/' type='html'>&lt;img src=a&gt;</content>",
            "<base href=\"https://paper.example/deep/\"><img src=a>",
        ),
        ("<content>&lt;p&gt;type forgotten&lt;/p&gt;</content>", "<p>type forgotten</p>"),
    ] {
        assert_eq!(entry(content).content.as_deref(), Some(expected), "{content}");
    }
    assert_eq!(
        entry("<title type='html'>&lt;em&gt;a&lt;/em&gt; &amp;amp; b</title>").headline.as_deref(),
        Some("a & b")
    );
    assert_eq!(entry("<title type='text'>The &lt;p&gt; tag</title>").headline.as_deref(), Some("The <p> tag"));
}

#[test]
fn what_feedburner_mangled_is_led_back_to_the_site() {
    let t = item(
        "<link>http://proxy.example/1</link><feedburner:origLink>https://paper.example/1</feedburner:origLink>\
         <enclosure url='http://proxy.example/1.mp3' type='audio/mpeg' length='7'/><feedburner:origEnclosureLink>\
         https://paper.example/1.mp3</feedburner:origEnclosureLink>",
    );
    assert_eq!(url(t.link.as_ref()), Some("https://paper.example/1"));
    assert_eq!((t.enclosures[0].url.as_str(), t.enclosures[0].length), ("https://paper.example/1.mp3", Some(7)));
}

#[test]
fn the_best_of_atoms_links_is_taken() {
    let t = entry(
        "<link rel='self' href='/self'/><link href='/bare'/><link rel='alternate' type='application/json' href='/json'/>
        <link rel='alternate' type='text/html' href='/page'/><link rel='enclosure' type='audio/ogg' length='5' href='/a.ogg'/>
        <link rel='replies' href='/page#comments'/><category term='sea' label='The sea'/>",
    );
    assert_eq!(url(t.link.as_ref()), Some("https://paper.example/page"));
    assert_eq!((t.enclosures[0].url.path(), t.enclosures[0].length), ("/a.ogg", Some(5)));
    assert_eq!(url(t.extras.as_ref().and_then(|e| e.comments.as_ref())), Some("https://paper.example/page#comments"));
    assert_eq!(t.language.as_deref(), Some("en"));
    assert_eq!(t.categories, ["The sea"]);
    let based = entry("<link xml:base='https://b.example/c/' href='d'/>");
    assert_eq!(url(based.link.as_ref()), Some("https://b.example/c/d"));
}

#[test]
fn json_feed_is_read_with_all_its_members() {
    let listing = feed(
        r#"{"version":"https://jsonfeed.org/version/1.1","title":"P","home_page_url":"/","authors":[{"name":"Desk"}],"items":[
        {"id":7,"url":"/a","title":"A &amp; b","content_text":"1 < 2\nx","summary":"s","image":"/i.png","date_published":"2026-01-01","tags":["t"],
        "attachments":[{"url":"/a.mp3","mime_type":"audio/mpeg","size_in_bytes":5,"duration_in_seconds":60.5}]},
        {"id":99999999999999999999999999999999999999,"external_url":"https://x.example/","author":"Me",},]}"#,
    );
    let t = &listing.teasers[0];
    assert_eq!((t.guid.as_deref(), t.headline.as_deref()), (Some("7"), Some("A & b")));
    assert_eq!(t.content.as_deref(), Some("1 &lt; 2<br>\nx"));
    assert_eq!(t.authors[0].name, "Desk");
    assert_eq!((t.enclosures[0].length, t.enclosures[0].seconds), (Some(5), Some(60)));
    let t = &listing.teasers[1];
    assert_eq!(t.guid.as_deref(), Some("99999999999999999999999999999999999999"));
    assert_eq!((url(t.link.as_ref()), &*t.authors[0].name), (Some("https://x.example/"), "Me"));
}

#[test]
fn rdf_cdf_opml_and_foaf_are_read() {
    let rdf = feed(
        "<rdf:RDF xmlns='http://purl.org/rss/1.0/' xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns:dc='http://purl.org/dc/elements/1.1/'>
        <channel rdf:about='/c'><title>C</title><items><rdf:Seq><rdf:li rdf:resource='/1'/></rdf:Seq></items></channel>
        <item rdf:about='https://a.example/1'><title>One</title><dc:date>2026-01-01</dc:date></item></rdf:RDF>",
    );
    assert_eq!(rdf.title.as_deref(), Some("C"));
    assert_eq!((rdf.teasers.len(), url(rdf.teasers[0].link.as_ref())), (1, Some("https://a.example/1")));
    let cdf = feed(
        "<channel href='/c' base='https://b.example/'><title>C</title><item href='1' lastmod='2026-01-01'><title>One</title></item></channel>",
    );
    assert_eq!(url(cdf.teasers[0].link.as_ref()), Some("https://b.example/1"));
    let opml = feed(
        "<opml><head><title>Mine</title></head><body><outline text='Folder'><outline type='rss' text='A' xmlUrl='https://a.example/f'/></outline>
        <outline text='B' xmlUrl='/b'/><outline type='include' url='/c'/><outline text='no feed'/></body></opml>",
    );
    let found: Vec<_> = opml.feeds.iter().map(|f| (f.url.as_str(), f.title.as_deref().unwrap())).collect();
    assert_eq!(found, [("https://a.example/f", "A"), ("https://paper.example/b", "B")]);
    assert_eq!((opml.feeds[0].folders.join("/").as_str(), opml.feeds[1].folders.len()), ("Folder", 0));
    let foaf = feed(
        "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns:rss='http://purl.org/rss/1.0/' xmlns:f='http://xmlns.com/foaf/0.1/'>
        <f:Agent><f:name>Ann</f:name><f:weblog><f:Document><rss:channel rdf:about='https://a.example/f'/></f:Document></f:weblog></f:Agent></rdf:RDF>",
    );
    assert_eq!(foaf.feeds[0].title.as_deref(), Some("Ann"));
}

#[test]
fn broken_feeds_still_give_their_entries() {
    for text in [
        "<rss><channel><item><title>one<item><title>two",
        "<rss><channel><item><title>one</title></item><item><title>two & more</title></channel></rss>",
        "junk<rss><channel><item><description><![CDATA[never closed</description></item><item><title>t</title></item></channel></rss>",
        "<rss><channel></channel><item><title>outside</title></item><item/></rss>",
        "<feed><entry><title>a</title></entry><entry><title>b</entry></feed>",
        "<rss><channel><item><title>\u{1}\0a&#0;</title><x:y>undeclared</x:y></item><item></item>",
        "<html><body><rss><channel><item/><item/></channel></rss></body></html>",
    ] {
        assert_eq!(feed(text).teasers.len(), 2, "{text}");
    }
}

#[test]
fn packed_bytes_are_named_as_such() {
    let stamp = chrono::DateTime::UNIX_EPOCH;
    for beginning in [&b"\x1f\x8b\x08\x00cut short"[..], b"\x78\x9c\x03\x00", b"PK\x03\x04 zip", b"BZh9 bzip2"] {
        let url = url::Url::parse("https://paper.example/feed.xml").unwrap();
        let page = crate::fetch::saved_page(url, None, beginning.to_vec().into(), stamp);
        let problems = read(&page).problems;
        assert!(problems.iter().any(|p| p.message.contains("compressed")), "{beginning:?}: {problems:?}");
    }
}

#[test]
fn attacks_end_and_open_nothing() {
    let outside = item("<title>before &xxe; after</title>");
    assert_eq!(outside.headline.as_deref(), Some("before &xxe; after"));
    let external = feed(
        "<!DOCTYPE rss [<!ENTITY % p SYSTEM 'http://127.0.0.1:9/'>%p;<!ENTITY xxe SYSTEM 'file:///etc/hostname'>]><rss><channel><title>a&xxe;b</title></channel></rss>",
    );
    assert_eq!(external.title.as_deref(), Some("a&xxe;b"));
    let deep = format!("<rss><channel><item><title>t</title><description>{}", "<div>".repeat(100_000));
    assert_eq!(feed(&deep).teasers[0].headline.as_deref(), Some("t"));
    let many = format!("<rss><channel>{}", "<item><guid>same</guid></item>".repeat(30_000));
    assert_eq!(feed(&many).teasers.len(), super::MAX_ENTRIES);
    let tags =
        format!("<rss><channel><item>{}", "<category>c</category><media:title/><author>x</author>".repeat(30_000));
    assert!(feed(&tags).teasers[0].categories.len() < 300);
    let bracket = format!("{{\"items\":{}", "[".repeat(200_000));
    assert_eq!(format(&bracket), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_soup_of_tags_does_harm(parts in proptest::collection::vec(prop_oneof![
        Just("<rss>"), Just("<channel>"), Just("<item>"), Just("</item>"), Just("<title>"), Just("</title>"), Just("<link href='"),
        Just("'/>"), Just("<![CDATA["), Just("]]>"), Just("<feed xmlns='http://www.w3.org/2005/Atom'>"), Just("<entry>"),
        Just("<content type='xhtml'>"), Just("<media:content url='x'>"), Just("<author>a@b.c"), Just("é & &amp;amp; <b>"), Just("<rdf:RDF>"),
        Just("<opml>"), Just("<outline xmlUrl='y'>"), Just(" xml:base='z'"), Just("<itunes:category text='q'>"), Just("1:2:3"),
    ], 0..40)) {
        let text = parts.concat();
        let page = page("https://p.example/", &text);
        looks_like_feed(&page);
        read(&page);
    }
}
