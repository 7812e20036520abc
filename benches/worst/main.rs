//! What the worst pages cost: `cargo bench --bench worst`. Two sizes each, so that what grows faster than its page
//! shows; `max alloc` is the most memory held at once. Nothing here asserts.

#[path = "../stages/page.rs"]
mod page;
mod pages;

use courant::model::{Kind, Source};
use courant::normalize::{Surroundings, draft};
use courant::read::{CompiledRules, read_article, read_listing};
use divan::{AllocProfiler, Bencher};
use url::Url;

use pages::{SHAPES, Shape};

#[global_allocator]
static ALLOCATOR: AllocProfiler = AllocProfiler::system();

/// Sizes in bytes.
const SIZES: [usize; 2] = [1_000_000, 2_000_000];

fn main() {
    divan::main();
}

/// A page of the table.
struct Case(&'static Shape, usize);

impl std::fmt::Display for Case {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} MB", self.0.name, self.1 / 1_000_000)
    }
}

fn cases() -> impl Iterator<Item = Case> {
    SHAPES.iter().flat_map(|shape| SIZES.map(|size| Case(shape, size)))
}

#[divan::bench(args = cases(), sample_count = 1, sample_size = 1)]
fn listing(bencher: Bencher, case: &Case) {
    let page = page::page("/news/", "text/html", case.0.page(case.1));
    bencher.bench_local(|| read_listing(&page, Kind::Listing, &CompiledRules::default()));
}

#[divan::bench(args = cases(), sample_count = 1, sample_size = 1)]
fn unknown(bencher: Bencher, case: &Case) {
    let page = page::page("/news/", "text/html", case.0.page(case.1));
    bencher.bench_local(|| read_listing(&page, Kind::Auto, &CompiledRules::default()));
}

#[divan::bench(args = cases(), sample_count = 1, sample_size = 1)]
fn article(bencher: Bencher, case: &Case) {
    let page = page::page("/a/story", "text/html", case.0.page(case.1));
    bencher.bench_local(|| read_article(&page, &CompiledRules::default()));
}

/// Read and cleaned: a feed brings its texts with it.
#[divan::bench(args = cases(), sample_count = 1, sample_size = 1)]
fn feed(bencher: Bencher, case: &Case) {
    let page = page::page("/feed", "application/rss+xml", case.0.feed(case.1));
    let source = Source::at(Url::parse("https://news.example/feed").expect("an address"));
    bencher.bench_local(|| {
        let listing = read_listing(&page, Kind::Auto, &CompiledRules::default()).value;
        let around = Surroundings::of(&listing);
        let drafted = listing.teasers.iter().filter_map(|t| draft(t, None, &around, &source, page::now()));
        drafted.collect::<Vec<_>>()
    });
}
