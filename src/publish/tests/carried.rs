//! What a source's feed says besides goes out in the words of each format.

use std::sync::Arc;

use super::*;
use crate::model::{About, Credit, Episode, Extras, Genre, Scheme, Show, Spot, SpotShape, Tag};

fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

fn tag(name: &str, attributes: &[(&str, &str)], children: Vec<Tag>) -> Tag {
    let attributes = attributes.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
    Tag { name: name.into(), attributes, text: children.is_empty().then(|| "a <b>\u{1}".into()), children }
}

fn told() -> Entry {
    let place =
        |shape, at: &[(f64, f64)], name: Option<&str>| Spot { shape, at: at.into(), name: name.map(Into::into) };
    Entry {
        extras: Extras {
            comments: Some(url("https://harbour.example/bells#comments")),
            comments_feed: Some(url("https://harbour.example/bells/feed?a=1&b=2")),
            comment_count: Some(7),
            licenses: vec![url("https://creativecommons.org/licenses/by/4.0/")],
            rights: Some("© The <Port> & Co".into()),
            places: vec![
                place(SpotShape::Point, &[(45.256, -71.92)], Some("Ferrow & Sons")),
                place(SpotShape::Box, &[(42.0, -71.0), (43.5, -69.0)], None),
                place(SpotShape::Line, &[(1.0, 2.0), (3.0, 4.0)], None),
                place(SpotShape::Polygon, &[(1.0, 2.0), (3.0, 4.0), (5.0, 6.0), (1.0, 2.0)], None),
            ],
            credits: vec![Credit { name: "Ada <Quay>".into(), role: Some("photographer".into()) }],
            episode: Some(Episode {
                title: Some("Bells & whistles".into()),
                number: Some(12),
                season: Some(2),
                kind: Some("bonus".into()),
                explicit: Some(true),
                blocked: true,
                image: Some(url("https://harbour.example/bells.jpg")),
                ..Episode::default()
            }),
            podcast: vec![
                tag(
                    "transcript",
                    &[("url", "https://harbour.example/b.vtt?x=1&y=\"2\""), ("type", "text/vtt")],
                    vec![],
                ),
                tag("value", &[("type", "lightning")], vec![tag("valueRecipient", &[("split", "9")], vec![])]),
            ],
            schemes: vec![
                Scheme {
                    category: "The sea".into(),
                    scheme: "https://harbour.example/topics".into(),
                    term: Some("sea".into()),
                },
                Scheme { category: "Bells".into(), scheme: "topics".into(), term: None },
            ],
        },
        categories: vec!["The sea".into(), "Bells".into(), "Brass".into()],
        enclosures: vec![
            Enclosure {
                group: Some(1),
                width: Some(640),
                height: Some(360),
                ..Enclosure::at(url("https://harbour.example/s.mp4"))
            },
            Enclosure { group: Some(1), ..Enclosure::at(url("https://harbour.example/l.mp4")) },
        ],
        ..entry("bells")
    }
}

fn podcast() -> Feed {
    let show = Show {
        author: Some("The Harbour Desk".into()),
        owner: Some(Person { name: "Ada".into(), url: None, email: Some("ada@harbour.example".into()) }),
        categories: vec![
            Genre { name: "Society & Culture".into(), under: vec!["Documentary".into()] },
            Genre { name: "News".into(), under: vec![] },
        ],
        image: Some(url("https://harbour.example/show.png")),
        kind: Some("serial".into()),
        explicit: Some(false),
        complete: true,
        ..Show::default()
    };
    let about = About {
        description: Some("What the bells say".into()),
        picture: Some(Picture { width: Some(3000), ..Picture::at(url("https://harbour.example/logo.png")) }),
        categories: vec!["Sea".into()],
        licenses: vec![url("https://creativecommons.org/licenses/by/4.0/")],
        rights: Some("© The Port".into()),
        show: Some(Box::new(show)),
        podcast: vec![tag("locked", &[("owner", "ada@harbour.example")], vec![])],
    };
    let selection = Selection { sources: vec![SourceId::new("harbour").unwrap()] };
    Feed { about: Some(Arc::new(about)), description: None, selection, ..feed() }
}

#[test]
fn in_every_format() {
    let entries = [told()];
    for format in [Format::Rss, Format::Atom] {
        well_formed(&text(format, &podcast(), &entries));
        feed_rs::parser::parse(text(format, &podcast(), &entries).as_bytes()).unwrap();
    }
    // RFC 4287's schema wants all that is the feed's before its entries.
    let atom = text(Format::Atom, &podcast(), &entries);
    assert!(atom.find("<itunes:owner>") < atom.find("<entry>") && atom.ends_with("</entry></feed>"), "{atom}");
    insta::assert_snapshot!("carried_rss", lines(&text(Format::Rss, &podcast(), &entries)));
    insta::assert_snapshot!("carried_atom", lines(&text(Format::Atom, &podcast(), &entries)));
    let json: serde_json::Value = serde_json::from_str(&text(Format::Json, &podcast(), &entries)).unwrap();
    insta::assert_json_snapshot!("carried_json", json);
}

#[test]
fn a_feed_without_any_of_it_names_none_of_its_vocabularies() {
    for format in Format::ALL {
        let text = text(format, &feed(), &[entry("plain")]);
        for word in ["itunes", "podcast", "georss", "slash", "creativeCommons", "thr:", "wfw", "_comments", "_geo"] {
            assert!(!text.contains(word), "{word} in {text}");
        }
    }
}
