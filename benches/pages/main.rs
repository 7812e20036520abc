//! What reading costs beside html5ever's own parse, over saved pages: `cargo bench --bench pages -- article MANIFEST`,
//! where each line of the manifest is as `courant inspect --batch` wants it (`url`, and `path` beside the manifest).
//! CPU time of the reading thread, the least of three rounds a page; nothing here asserts.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::Bytes;
use chrono::DateTime;
use courant::fetch::saved_page;
use courant::html::parse_html;
use courant::model::{Kind, Page};
use courant::read::{CompiledRules, read_article, read_listing};
use rustix::time::{ClockId, clock_gettime};
use serde::Deserialize;
use url::Url;

#[derive(Deserialize)]
struct Row {
    id: String,
    url: Option<Url>,
    path: PathBuf,
}

/// One page's times.
struct Took {
    id: String,
    bytes: usize,
    html5ever: Duration,
    tree: Duration,
    reading: Duration,
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with("--")).collect();
    let [kind, manifest] = arguments.as_slice() else { return };
    let manifest = Path::new(manifest);
    let lines = std::fs::read_to_string(manifest).expect("a manifest");
    let rows: Vec<Row> = lines.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect();
    let folder = manifest.parent().unwrap_or(Path::new("."));
    let took: Vec<Took> = rows.iter().map(|row| measured(row, folder, kind == "listing")).collect();

    let total = |part: fn(&Took) -> Duration| took.iter().map(part).sum::<Duration>().as_secs_f64() * 1000.0;
    let (html5ever, tree, reading) = (total(|t| t.html5ever), total(|t| t.tree), total(|t| t.reading));
    let pages = took.len().max(1) as f64;
    println!("| {} pages as {kind} | ms a page | of html5ever's parse |\n| --- | --- | --- |", took.len());
    println!("| html5ever, into scraper's tree | {:.3} | 1 |", html5ever / pages);
    println!("| our tree | {:.3} | {:.2} |", tree / pages, tree / html5ever);
    println!("| read | {:.3} | {:.2} |", reading / pages, reading / html5ever);
    let mut ratios: Vec<(f64, &Took)> =
        took.iter().map(|t| (t.reading.as_secs_f64() / t.html5ever.as_secs_f64(), t)).collect();
    ratios.sort_by(|a, b| a.0.total_cmp(&b.0));
    let at = |share: f64| ratios.get((ratios.len() as f64 * share) as usize).map_or(0.0, |r| r.0);
    println!("| read, a page's ratio: median, 90 % | | {:.2}, {:.2} |", at(0.5), at(0.9));
    for (ratio, took) in ratios.iter().rev().take(10) {
        println!(
            "| {} ({} KB) | {:.3} | {ratio:.2} |",
            took.id,
            took.bytes / 1024,
            took.reading.as_secs_f64() * 1000.0
        );
    }
}

fn measured(row: &Row, folder: &Path, as_listing: bool) -> Took {
    let mut bytes = std::fs::read(folder.join(&row.path)).expect("a page");
    if row.path.extension().is_some_and(|e| e == "gz") {
        let mut unpacked = Vec::new();
        flate2::read::MultiGzDecoder::new(&bytes[..]).read_to_end(&mut unpacked).expect("gzip");
        bytes = unpacked;
    }
    let url = row.url.clone().unwrap_or_else(|| Url::parse("https://news.example/").expect("an address"));
    let page: Page =
        saved_page(url, None, Bytes::from(bytes), DateTime::from_timestamp(1_795_000_000, 0).unwrap_or_default());
    let rules = CompiledRules::default();
    Took {
        id: row.id.clone(),
        bytes: page.text.len(),
        html5ever: timed(|| drop(scraper::Html::parse_document(&page.text))),
        tree: timed(|| drop(parse_html(&page.text))),
        reading: match as_listing {
            true => timed(|| drop(read_listing(&page, Kind::Listing, &rules))),
            false => timed(|| drop(read_article(&page, &rules))),
        },
    }
}

/// The shortest of three times.
fn timed(mut what: impl FnMut()) -> Duration {
    let mut once = || {
        let before = clock_gettime(ClockId::ThreadCPUTime);
        what();
        let after = clock_gettime(ClockId::ThreadCPUTime);
        Duration::try_from(after - before).unwrap_or_default()
    };
    once().min(once()).min(once())
}
