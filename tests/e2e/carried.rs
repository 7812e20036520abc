//! What a source's feed says beyond title, text and date comes out of ours again, in each format's own words.

use std::path::Path;
use std::process::Command;

use crate::courant::{Desk, text};
use crate::press::{Press, Sheet};

/// A podcast in RSS, with what players and directories ask for.
const PODCAST: &str = r#"<?xml version="1.0"?>
<rss version="2.0" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:podcast="https://podcastindex.org/namespace/1.0"
 xmlns:media="http://search.yahoo.com/mrss/" xmlns:atom="http://www.w3.org/2005/Atom">
<channel><title>Bells of the Ferrow</title><link>https://bells.example/</link><description>What the &lt;b&gt;bells&lt;/b&gt; say</description>
<copyright>The Bell Ringers</copyright><image><url>/logo.png</url><title>x</title><link>/</link></image>
<itunes:author>Ida Marsh</itunes:author><itunes:type>serial</itunes:type><itunes:explicit>no</itunes:explicit>
<itunes:owner><itunes:name>Ida</itunes:name><itunes:email>ida@bells.example</itunes:email></itunes:owner>
<itunes:category text="Society &amp; Culture"><itunes:category text="Documentary"/></itunes:category><itunes:image href="/show.png"/>
<podcast:funding url="/support">Support the bells</podcast:funding><podcast:guid>of-the-publisher</podcast:guid>
<item><guid>bells-12</guid><title>12: The bell that would not ring</title><link>/12</link><pubDate>Fri, 20 Nov 2026 08:00:00 GMT</pubDate>
<description>A clapper is lost, and found.</description><enclosure url="/12.mp3" type="audio/mpeg" length="4711"/>
<itunes:title>The bell that would not ring</itunes:title><itunes:episode>12</itunes:episode><itunes:season>2</itunes:season>
<itunes:episodeType>full</itunes:episodeType><itunes:explicit>yes</itunes:explicit><itunes:duration>1:02:03</itunes:duration>
<itunes:image href="/12.jpg"/><podcast:transcript url="/12.vtt" type="text/vtt" language="en"/>
<podcast:chapters url="/12.json" type="application/json+chapters"/><podcast:person role="guest" img="/bo.jpg">Bo Reed</podcast:person>
<podcast:soundbite startTime="73.0" duration="60.0">The crack</podcast:soundbite>
<media:group><media:content url="/12.mp3" type="audio/mpeg"/><media:content url="/12.ogg" type="audio/ogg" fileSize="99"/>
<media:credit role="producer">Fen &amp; Daughters</media:credit><media:thumbnail url="/12.jpg" width="300" height="300"/></media:group></item>
</channel></rss>"#;

/// A weblog in Atom, whose entries are discussed, licensed and somewhere on the earth.
const WEBLOG: &str = r#"<?xml version="1.0"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:thr="http://purl.org/syndication/thread/1.0" xmlns:georss="http://www.georss.org/georss">
<title>Walks</title><id>urn:walks</id><updated>2026-11-20T08:00:00Z</updated><subtitle>Along the Ferrow</subtitle><logo>/logo.png</logo>
<rights>Some rights reserved</rights><link rel="license" href="https://creativecommons.org/licenses/by-sa/4.0/"/>
<entry><id>urn:walks:1</id><title>To the old mill</title><updated>2026-11-20T08:00:00Z</updated><link href="/mill"/>
<link rel="replies" type="text/html" href="/mill#comments" thr:count="7"/><link rel="replies" type="application/atom+xml" href="/mill/comments.atom"/>
<link rel="license" href="https://creativecommons.org/licenses/by/4.0/"/><rights>The Walker</rights>
<georss:line>45.25 -71.92 45.5 -71.5</georss:line><georss:featurename>Mill path</georss:featurename>
<content type="html">&lt;p&gt;It rained on the way there, and less on the way back.&lt;/p&gt;</content></entry></feed>"#;

fn published() -> (Desk, Press) {
    let press = Press::start();
    press.set("/podcast.xml", Sheet::new("application/rss+xml", PODCAST));
    press.set("/walks.atom", Sheet::new("application/atom+xml", WEBLOG));
    let source = |id: &str, path: &str| format!("[sources.{id}]\nurl = \"{}\"\narticle = \"never\"\n", press.url(path));
    let desk = Desk::new(&format!("{}{}", source("bells", "/podcast.xml"), source("walks", "/walks.atom")));
    desk.ok(&["fetch"]);
    desk.ok(&["export", "out"]);
    (desk, press)
}

#[track_caller]
fn assert_in(desk: &Desk, press: &Press, file: &str, expected: &[&str]) {
    let document = std::fs::read_to_string(desk.path(&format!("out/{file}"))).expect("a document");
    for part in expected {
        // Addresses of the press have its port in them.
        let part = part.replace('~', press.url("/").trim_end_matches('/'));
        assert!(document.contains(&part), "{file} lacks {part}:\n{document}");
    }
}

#[test]
fn a_podcast_stays_one() {
    let (desk, press) = published();
    let rss = [
        "<description>What the bells say</description>",
        "<copyright>The Bell Ringers</copyright>",
        "<image><url>~/logo.png</url>",
        "<itunes:author>Ida Marsh</itunes:author>",
        "<itunes:category text=\"Society &amp; Culture\"><itunes:category text=\"Documentary\"></itunes:category></itunes:category>",
        "<itunes:explicit>false</itunes:explicit>",
        "<itunes:image href=\"~/show.png\">",
        "<itunes:owner><itunes:email>ida@bells.example</itunes:email><itunes:name>Ida</itunes:name></itunes:owner>",
        "<itunes:type>serial</itunes:type>",
        "<podcast:funding url=\"~/support\">Support the bells</podcast:funding>",
        "<enclosure url=\"~/12.mp3\" length=\"4711\" type=\"audio/mpeg\"/>",
        "<itunes:duration>1:02:03</itunes:duration>",
        "<itunes:episode>12</itunes:episode>",
        "<itunes:episodeType>full</itunes:episodeType>",
        "<itunes:explicit>true</itunes:explicit>",
        "<itunes:image href=\"~/12.jpg\">",
        "<itunes:season>2</itunes:season>",
        "<itunes:title>The bell that would not ring</itunes:title>",
        "<media:credit role=\"producer\" scheme=\"urn:ebu\">Fen &amp; Daughters</media:credit>",
        "<media:group><media:content duration=\"3723\" fileSize=\"4711\" medium=\"audio\"",
        "<media:thumbnail height=\"300\" url=\"~/12.jpg\" width=\"300\">",
        "<podcast:chapters type=\"application/json+chapters\" url=\"~/12.json\">",
        "<podcast:person img=\"~/bo.jpg\" role=\"guest\">Bo Reed</podcast:person>",
        "<podcast:soundbite duration=\"60.0\" startTime=\"73.0\">The crack</podcast:soundbite>",
        "<podcast:transcript language=\"en\" type=\"text/vtt\" url=\"~/12.vtt\">",
    ];
    assert_in(&desk, &press, "sources/bells.rss", &rss);
    let document = std::fs::read_to_string(desk.path("out/sources/bells.rss")).expect("a document");
    assert!(!document.contains("of-the-publisher"), "{document}");
    let atom = ["<rights>The Bell Ringers</rights>", "<logo>~/logo.png</logo>", "<itunes:season>2</itunes:season>"];
    assert_in(&desk, &press, "sources/bells.atom", &atom);
    let json = ["\"_itunes\":{", "\"number\":12", "\"_podcast\":{", "\"transcript\":[{", "\"icon\":\"~/logo.png\""];
    assert_in(&desk, &press, "sources/bells.json", &json);
    // A feed of several sources has the episodes, and is no podcast of its own.
    assert_in(&desk, &press, "feeds/all.rss", &["<itunes:season>2</itunes:season>"]);
    let all = std::fs::read_to_string(desk.path("out/feeds/all.rss")).expect("a document");
    assert!(!all.contains("<itunes:owner>") && !all.contains("<podcast:funding"), "{all}");
}

#[test]
fn what_is_discussed_licensed_and_somewhere_stays_so() {
    let (desk, press) = published();
    let rss = [
        "<comments>~/mill#comments</comments>",
        "<slash:comments>7</slash:comments>",
        "<wfw:commentRss>~/mill/comments.atom</wfw:commentRss>",
        "<creativeCommons:license>https://creativecommons.org/licenses/by/4.0/</creativeCommons:license>",
        "<creativeCommons:license>https://creativecommons.org/licenses/by-sa/4.0/</creativeCommons:license>",
        "<dc:rights>The Walker</dc:rights>",
        "<georss:line>45.25 -71.92 45.5 -71.5</georss:line>",
        "<georss:featurename>Mill path</georss:featurename>",
    ];
    assert_in(&desk, &press, "sources/walks.rss", &rss);
    let atom = [
        "<subtitle>Along the Ferrow</subtitle>",
        "<link href=\"~/mill#comments\" rel=\"replies\" type=\"text/html\"/>",
        "<link href=\"~/mill/comments.atom\" rel=\"replies\" type=\"application/atom+xml\"/>",
        "<link href=\"https://creativecommons.org/licenses/by/4.0/\" rel=\"license\"/>",
        "<thr:total>7</thr:total>",
        "<rights>The Walker</rights>",
    ];
    assert_in(&desk, &press, "sources/walks.atom", &atom);
    let json = ["\"_comments\":{\"url\":\"~/mill#comments\"", "\"count\":7", "[[-71.92,45.25],[-71.5,45.5]]"];
    assert_in(&desk, &press, "sources/walks.json", &json);
}

#[test]
fn what_is_carried_through_is_valid_atom() {
    let (desk, _press) = published();
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpora/schemas/atom-rfc4287.rnc");
    if !schema.exists() || Command::new("jing").arg("-c").output().is_err() {
        eprintln!("not checked against the RELAX NG schema: needs `jing` and {}", schema.display());
        return;
    }
    for file in ["out/sources/bells.atom", "out/sources/walks.atom", "out/feeds/all.atom"] {
        let output = Command::new("jing").arg("-c").arg("-i").arg(&schema).arg(desk.path(file)).output().expect("jing");
        assert!(output.status.success(), "{file}: {}", text(&output.stdout));
    }
}
