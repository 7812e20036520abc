//! What each stage costs, stage by stage. `cargo bench`; nothing here asserts.

mod page;
mod paper;

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::Duration;
use courant::dates;
use courant::html::parse_html;
use courant::model::{
    Dedupe, Draft, Entry, Feed, FeedId, HarvestReport, Kind, Outcome, Schedule, Selection, Source, SourceId, Timezone,
};
use courant::normalize::{Surroundings, draft, sanitize};
use courant::publish::{Format, Links, render};
use courant::read::{CompiledRules, Extent, follow, note_listing, read_article, read_listing};
use courant::schedule::{History, next};
use courant::store::{Finished, SourceState, Store};
use divan::Bencher;
use url::Url;

fn main() {
    divan::main();
}

fn source() -> Source {
    Source::at(Url::parse("https://news.example/news/").expect("an address"))
}

/// Drafts of so many entries, their articles read.
fn drafts(count: usize) -> Vec<Draft> {
    let rules = CompiledRules::default();
    let page = page::page("/news/", "text/html", paper::listing(count));
    let listing = read_listing(&page, Kind::Auto, &rules).value;
    let around = Surroundings::of(&listing);
    let drafted = listing.teasers.iter().enumerate().filter_map(|(n, teaser)| {
        let page = page::page("/2026/11/report.html", "text/html", paper::article(n));
        let article = read_article(&page, &rules).value;
        draft(teaser, Some(&article), &around, &source(), page::now())
    });
    drafted.collect()
}

#[divan::bench]
fn schedule_next(bencher: Bencher) {
    let (source, now) = (source(), page::now());
    let zone = Timezone::named("Europe/Berlin").expect("a zone");
    let schedule = Schedule::Cron("*/15 6-23 * * MON-FRI".into());
    let history = History { last_run: Some(now), ..History::default() };
    bencher.bench_local(|| next(&schedule, zone, source.url.as_str(), &history, now));
}

#[divan::bench(args = ["2026-11-20T08:00:00Z", "20 November 2026, 8:15", "vor 3 Stunden", "2026年11月20日 08:00"])]
fn dates_parse(bencher: Bencher, written: &str) {
    let context = dates::Context { now: page::now(), zone: Timezone::UTC, language: None, order: None };
    bencher.bench_local(|| dates::parse(written, &context));
}

mod read {
    use super::*;

    /// The floor: the tree of the same page, by the short way that orderly pages go.
    #[divan::bench]
    fn listing_parse_only(bencher: Bencher) {
        let text = paper::listing(30);
        bencher.bench_local(|| parse_html(&text));
    }

    /// What a page costs any reader: html5ever's own parse of it, into scraper's tree.
    #[divan::bench]
    fn listing_parse_by_html5ever(bencher: Bencher) {
        let text = paper::listing(30);
        bencher.bench_local(|| scraper::Html::parse_document(&text));
    }

    #[divan::bench]
    fn listing_without_rules(bencher: Bencher) {
        let page = page::page("/news/", "text/html", paper::listing(30));
        let rules = CompiledRules::default();
        bencher.bench_local(|| read_listing(&page, Kind::Listing, &rules));
    }

    /// A page that was read before, with three new rows of 33.
    #[divan::bench]
    fn listing_with_3_new(bencher: Bencher) {
        let rules = CompiledRules::default();
        let before = page::page("/news/", "text/html", paper::listing(30));
        let now = page::page("/news/", "text/html", paper::listing(33));
        let way = note_listing(&before, Kind::Listing, &rules, Extent::Noting).value.way.expect("a plain list");
        assert!(follow(&now, &way, &rules, |_| true).is_some());
        bencher.bench_local(|| follow(&now, &way, &rules, |_| true));
    }

    /// A full reading that leaves a guide.
    #[divan::bench]
    fn listing_noted(bencher: Bencher) {
        let page = page::page("/news/", "text/html", paper::listing(30));
        let rules = CompiledRules::default();
        bencher.bench_local(|| note_listing(&page, Kind::Listing, &rules, Extent::Noting));
    }

    #[divan::bench]
    fn article_parse_only(bencher: Bencher) {
        let text = paper::article(1);
        bencher.bench_local(|| parse_html(&text));
    }

    #[divan::bench]
    fn article_parse_by_html5ever(bencher: Bencher) {
        let text = paper::article(1);
        bencher.bench_local(|| scraper::Html::parse_document(&text));
    }

    #[divan::bench]
    fn article_without_rules(bencher: Bencher) {
        let page = page::page("/2026/11/report-1.html", "text/html", paper::article(1));
        let rules = CompiledRules::default();
        bencher.bench_local(|| read_article(&page, &rules));
    }

    #[divan::bench]
    fn feed_of_30(bencher: Bencher) {
        let page = page::page("/feed", "application/rss+xml", paper::feed(30));
        let rules = CompiledRules::default();
        bencher.bench_local(|| read_listing(&page, Kind::Feed, &rules));
    }

    /// Another parser's work on the same feed: it judges no dates and no charset.
    #[divan::bench]
    fn feed_of_30_by_feed_rs(bencher: Bencher) {
        let text = paper::feed(30);
        bencher.bench_local(|| feed_rs::parser::parse(text.as_bytes()));
    }
}

mod normalize {
    use super::*;

    #[divan::bench]
    fn sanitize_an_article(bencher: Bencher) {
        let page = page::page("/2026/11/report-1.html", "text/html", paper::article(1));
        let body = read_article(&page, &CompiledRules::default()).value.body_html.unwrap_or_default();
        bencher.bench_local(|| sanitize(&body, Some(&page.url)));
    }

    #[divan::bench]
    fn draft_with_article(bencher: Bencher) {
        let rules = CompiledRules::default();
        let listing = read_listing(&page::page("/news/", "text/html", paper::listing(30)), Kind::Auto, &rules).value;
        let page = page::page("/2026/11/report-0.html", "text/html", paper::article(0));
        let article = read_article(&page, &rules).value;
        let (around, source) = (Surroundings::of(&listing), source());
        let teaser = listing.teasers.first().cloned().unwrap_or_default();
        bencher.bench_local(|| draft(&teaser, Some(&article), &around, &source, page::now()));
    }
}

mod store {
    use super::*;

    fn finished(drafts: Vec<Draft>) -> Finished {
        let now = page::now();
        let source = source().id;
        let report =
            HarvestReport { status: Some(200), listed: drafts.len(), ..HarvestReport::begun(source.clone(), now) };
        let state = SourceState {
            last_run: Some(now),
            last_success: Some(now),
            last_outcome: Some(Outcome::Ok),
            ..SourceState::unseen(source, now + Duration::minutes(30))
        };
        Finished::new(report, drafts, state)
    }

    /// A store of one source, with what must outlive it.
    struct Kept {
        store: Arc<dyn Store>,
        runtime: tokio::runtime::Runtime,
        _folder: tempfile::TempDir,
    }

    fn kept() -> Kept {
        let folder = tempfile::tempdir().expect("a folder");
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let store = courant::store::open(&folder.path().join("courant.db")).expect("a store");
        let ready = store.sync_sources(vec![(source().id, page::now())]);
        runtime.block_on(ready).expect("a source");
        Kept { store, runtime, _folder: folder }
    }

    #[divan::bench(sample_count = 20)]
    fn thirty_new_full_texts(bencher: Bencher) {
        let drafts = drafts(30);
        bencher.with_inputs(|| (kept(), finished(drafts.clone()))).bench_local_values(|(kept, finished)| {
            kept.runtime.block_on(kept.store.finish(finished)).expect("stored");
            kept
        });
    }

    #[divan::bench]
    fn thirty_known_entries(bencher: Bencher) {
        let drafts = drafts(30);
        let kept = kept();
        kept.runtime.block_on(kept.store.finish(finished(drafts.clone()))).expect("stored");
        bencher
            .with_inputs(|| finished(drafts.clone()))
            .bench_local_values(|finished| kept.runtime.block_on(kept.store.finish(finished)).expect("stored"));
    }

    #[divan::bench]
    fn fifty_entries_read(bencher: Bencher) {
        let kept = kept();
        kept.runtime.block_on(kept.store.finish(finished(drafts(50)))).expect("stored");
        let selection = Selection { sources: vec![source().id] };
        bencher.bench_local(|| kept.runtime.block_on(kept.store.entries(&selection, 50)).expect("entries"));
    }
}

/// Entries as the store gives them.
fn entries(count: usize) -> Vec<Entry> {
    let source: SourceId = source().id;
    let of = |draft: Draft| Entry {
        id: draft.id,
        source: source.clone(),
        url: draft.url,
        title: draft.title,
        authors: draft.authors,
        published: draft.published.unwrap_or_else(page::now),
        updated: draft.updated.unwrap_or_else(page::now),
        summary: draft.summary,
        content: draft.content,
        categories: draft.categories,
        picture: draft.picture,
        enclosures: draft.enclosures,
        extras: draft.extras,
        language: draft.language,
        first_seen: page::now(),
        also_in: Vec::new(),
        full_text: draft.full_text,
    };
    drafts(count).into_iter().map(of).collect()
}

#[divan::bench(args = [Format::Rss, Format::Atom, Format::Json])]
fn publish_fifty_full_texts(bencher: Bencher, format: Format) {
    let entries = entries(50);
    let feed = Feed {
        id: FeedId::new("all").expect("an id"),
        title: "All".into(),
        description: None,
        language: None,
        selection: Selection { sources: vec![source().id] },
        limit: 50,
        full_text: true,
        dedupe: Dedupe::Link,
        apart: Vec::new(),
        about: None,
    };
    let links = Links {
        this: "https://feeds.example/feeds/all".into(),
        home: "https://feeds.example/feeds/all".into(),
        hub: None,
        sources: BTreeMap::new(),
        ..Links::default()
    };
    bencher.bench_local(|| render(&feed, &entries, format, &links, page::now()));
}
