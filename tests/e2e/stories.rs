//! One story that several papers tell is one entry of a feed that says so.

use serde_json::Value;

use crate::courant::Desk;
use crate::press::{Press, Sheet};

const TITLE: &str = "Harbour wall gives way in the storm and floods the lower town";

/// A text of so many sentences; the first ones of a longer text are a shorter one.
fn text(sentences: usize) -> String {
    let sentence = |n: usize| {
        let place = ["quay", "fish market", "ropewalk", "customs house", "ferry pier", "boatyard", "salt store"][n % 7];
        format!(
            "Report {n}: divers measured {} centimetres of water below the {place}, said engineer number {}. ",
            n * 13 % 97,
            n * 5
        )
    };
    (0..sentences).map(sentence).collect::<Vec<_>>().chunks(4).map(|p| format!("<p>{}</p>", p.concat())).collect()
}

fn paper(press: &Press, name: &str, title: &str, text: &str) {
    let article = format!("<html lang=en><title>{title}</title><article><h1>{title}</h1>{text}</article></html>");
    press.set(&format!("/{name}/storm.html"), Sheet::html(article));
    // Twins are looked for among the texts of some days.
    let published = (chrono::Utc::now() - chrono::Duration::hours(1)).to_rfc2822();
    let item = |title: &str, path: &str| {
        format!("<item><title>{title}</title><link>{}</link><pubDate>{published}</pubDate></item>", press.url(path))
    };
    let feed = format!(
        "<rss version=\"2.0\"><channel><title>{name} news</title>{}</channel></rss>",
        item(title, &format!("/{name}/storm.html"))
    );
    press.set(&format!("/{name}/rss"), Sheet::new("application/rss+xml", feed));
}

fn feed(desk: &Desk) -> Vec<Value> {
    desk.ok(&["export", "out"]);
    let json = std::fs::read_to_string(desk.path("out/feeds/coast.json")).expect("a feed");
    let feed: Value = serde_json::from_str(&json).expect("JSON");
    feed["items"].as_array().expect("entries").clone()
}

#[test]
fn a_story_of_several_papers_is_one_entry_that_keeps_its_id_when_a_fuller_one_comes() {
    let press = Press::start();
    let source =
        |name: &str, more: &str| format!("[sources.{name}]\nurl = \"{}\"\n{more}", press.url(&format!("/{name}/rss")));
    let coast = "[feeds.coast]\nfrom = [\"*\"]\ndedupe = \"story\"\n";
    let desk = Desk::new(&format!("{}{}{coast}", source("lantern", ""), source("gull", "")));
    paper(&press, "lantern", TITLE, &text(20));
    paper(&press, "gull", "Exclusive: Harbour wall gives way in the storm", &text(22));
    // The first that was stored is the one that readers know.
    desk.ok(&["fetch", "lantern"]);
    let first = feed(&desk);
    desk.ok(&["fetch", "gull"]);
    let both = feed(&desk);
    assert_eq!((first.len(), both.len()), (1, 1), "{both:#?}");
    assert_eq!((&both[0]["id"], &both[0]["title"]), (&first[0]["id"], &Value::from(TITLE)));
    let content = |entry: &Value| entry["content_html"].as_str().unwrap_or_default().to_owned();
    assert!(
        content(&both[0]).contains("Also in: <a href") && content(&both[0]).contains(">gull news</a>"),
        "{}",
        content(&both[0])
    );

    // A third paper tells twice as much.
    desk.write(&format!("{}{}{}{coast}", source("lantern", ""), source("gull", ""), source("tide", "")));
    paper(&press, "tide", "Storm breaks the harbour wall", &text(50));
    desk.ok(&["fetch"]);
    let all = feed(&desk);
    assert_eq!(
        (all.len(), &all[0]["id"], &all[0]["date_published"]),
        (1, &first[0]["id"], &first[0]["date_published"])
    );
    assert!(content(&all[0]).contains("Report 49") && all[0]["url"] == press.url("/tide/storm.html"));
    assert!(content(&all[0]).contains(">lantern news</a>, <a"), "{}", content(&all[0]));

    // A source may stand for itself.
    desk.write(&format!(
        "{}{}{}{coast}",
        source("lantern", ""),
        source("gull", "dedupe = \"off\"\n"),
        source("tide", "")
    ));
    assert_eq!(feed(&desk).len(), 2);
    // An edit is compared with what readers see: without stories each paper speaks.
    let present = std::fs::read_to_string(desk.path("feeds.toml")).expect("feeds.toml");
    desk.write_file("edited.toml", &present.replace("dedupe = \"story\"", "dedupe = \"off\""));
    let said = desk.ok(&["check", "--diff", "edited.toml"]);
    assert!(said.contains("coast: 1 to gain, 0 to lose"), "{said}");
}
