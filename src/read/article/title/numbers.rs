//! What is known of each candidate for headline, as numbers for the trees that choose among them.

use super::{Ballot, Candidate, Origin, plain, separators};
use crate::model::is_wide;
use crate::read::article::outline::{Node, Outline};
use crate::read::article::section;
use crate::read::article::signs::Signs;
use crate::read::article::tag::Tag;
use foldhash::HashSet;
use xxhash_rust::xxh3::xxh3_64;

/// How many numbers a candidate has.
pub(in crate::read::article) const COUNT: usize = 69;

/// A candidate's numbers.
pub(in crate::read::article) type Numbers = [f32; COUNT];

/// What the page is like around its headline: the same for all who stand for it.
struct Page {
    firsts: f32,
    slug: Words,
    summary: Words,
    crumbs: Vec<String>,
    /// Where text that reads like an article's begins: outline index.
    long: Vec<u32>,
    /// Words of what each kind of witness says.
    said: [Words; 5],
    /// How many different things are said.
    different: usize,
    most: f32,
    voices: Vec<f32>,
}

/// The kinds of witness that each candidate is compared with.
const WITNESSES: [&[Origin]; 5] = [
    &[Origin::Meta, Origin::Twitter],
    &[Origin::JsonLd, Origin::Microdata],
    &[Origin::Title],
    &[Origin::Heading],
    &[Origin::Named],
];

/// Hashes of words, each once, sorted.
type Words = Vec<u64>;

/// Words, or letters where words are not set apart.
fn words(key: &str) -> Words {
    let mut words = Words::with_capacity(key.len() / 4);
    for word in key.split(' ').filter(|w| !w.is_empty()) {
        if word.chars().any(is_wide) {
            words.extend(word.chars().map(|letter| xxh3_64(letter.encode_utf8(&mut [0; 4]).as_bytes())));
        } else {
            words.push(xxh3_64(word.as_bytes()));
        }
    }
    words.sort_unstable();
    words.dedup();
    words
}

fn shared(one: &Words, other: &Words) -> f32 {
    let mut others = other.iter().peekable();
    let is_shared = |word: &&u64| {
        while others.next_if(|other| other < word).is_some() {}
        others.next_if(|other| other == word).is_some()
    };
    one.iter().filter(is_shared).count() as f32
}

/// Share of the words of both that they have in common.
fn alike(one: &Words, other: &Words) -> f32 {
    let both = shared(one, other);
    both / (one.len() as f32 + other.len() as f32 - both).max(1.0)
}

/// The words of the address's last step.
fn slug(url: &url::Url) -> Words {
    let steps = url.path().split('/').map(|step| step.split('.').next().unwrap_or_default());
    let longest = steps.map(|step| words(&plain(step))).filter(|w| !w.is_empty()).max_by_key(Vec::len);
    longest.unwrap_or_default()
}

/// The numbers of all candidates, in their order.
pub(in crate::read::article) fn numbers(
    outline: &Outline,
    around: &[Signs],
    ballot: &Ballot,
    all: &[Candidate],
) -> Vec<Numbers> {
    let said = WITNESSES.map(|origins| {
        let first = all.iter().find(|c| origins.contains(&c.from) && !c.key.is_empty());
        first.map(|c| words(&c.key)).unwrap_or_default()
    });
    let long = |(index, node): (usize, &Node)| {
        let text = node.tag == Tag::Paragraph && node.weight >= 100 && node.link * 3 < node.weight;
        text.then_some(index as u32)
    };
    let mut voices: Vec<f32> = all.iter().map(|c| c.score).collect();
    voices.sort_by(|a, b| b.total_cmp(a));
    let page = Page {
        firsts: outline.nodes.iter().filter(|n| n.tag == Tag::Heading(1)).count() as f32,
        slug: ballot.url.map(slug).unwrap_or_default(),
        summary: words(&plain(ballot.summary.unwrap_or_default())),
        crumbs: section::shown(outline).iter().map(|step| plain(step)).collect(),
        long: outline.nodes.iter().enumerate().filter_map(long).take(400).collect(),
        said,
        different: all.iter().map(|c| &c.key).collect::<HashSet<_>>().len(),
        most: voices.first().copied().unwrap_or_default(),
        voices,
    };
    all.iter().map(|own| one(own, all, &page, outline, around, ballot)).collect()
}

fn one(
    own: &Candidate,
    all: &[Candidate],
    page: &Page,
    outline: &Outline,
    around: &[Signs],
    ballot: &Ballot,
) -> Numbers {
    let mut n = [0f32; COUNT];
    let key = &own.key;
    let mut columns = n.iter_mut();
    let mut put = |value: f32| {
        if let Some(column) = columns.next() {
            *column = value;
        }
    };
    let flag = |is: bool| f32::from(u8::from(is));
    let twins: Vec<&Candidate> = all.iter().filter(|c| c.key == *key).collect();
    // Who says it: 0..11.
    for origin in Origin::ALL {
        put(twins.iter().filter(|c| c.from == origin).count() as f32);
    }
    put(twins.iter().map(|c| c.from).collect::<HashSet<_>>().len() as f32);
    // The vote by rules of thumb.
    put(own.score);
    put(own.score / page.most.max(0.1));
    put(own.score - page.voices.iter().copied().find(|v| *v < own.score - 0.3).unwrap_or(0.0));
    put(page.most);
    put(page.firsts);
    put(page.different as f32);
    // What it looks like.
    let own_words = words(key);
    put(own_words.len() as f32);
    put(key.chars().map(|c| if is_wide(c) { 2.5 } else { 1.0 }).sum());
    put(flag(separators(&own.text).any(|s| own.text.contains(s))));
    let tail = separators(&own.text).filter_map(|s| own.text.rsplit_once(s)).map(|(_, tail)| tail.len()).min();
    put(tail.unwrap_or_default() as f32);
    put(flag(own.text.ends_with('…') || own.text.ends_with("...")));
    put(flag(own.text.chars().any(char::is_lowercase)));
    put(flag(own.text.contains(':')));
    let squeezed = key.replace(' ', "");
    put(flag(ballot.sites.contains(&squeezed)));
    put(flag(ballot.sites.iter().any(|s| s.len() > 3 && squeezed.ends_with(s.as_str()))));
    put(flag(ballot.sites.iter().any(|s| s.len() > 3 && squeezed.starts_with(s.as_str()))));
    put(flag(page.crumbs.contains(key)));
    // How it compares with what others say.
    for said in &page.said {
        put(if said.is_empty() { -1.0 } else { alike(&own_words, said) });
        put(if said.is_empty() { -1.0 } else { shared(&own_words, said) / own_words.len().max(1) as f32 });
        put(if said.is_empty() { -1.0 } else { own_words.len() as f32 / said.len() as f32 });
    }
    put(shared(&own_words, &page.slug) / own_words.len().max(1) as f32);
    put(shared(&own_words, &page.slug) / page.slug.len().max(1) as f32);
    put(page.slug.len() as f32);
    put(shared(&own_words, &page.summary) / own_words.len().max(1) as f32);
    // How the page's own witnesses agree.
    let pair = |a: usize, b: usize| match (page.said.get(a), page.said.get(b)) {
        (Some(a), Some(b)) if !a.is_empty() && !b.is_empty() => alike(a, b),
        _ => -1.0,
    };
    put(pair(0, 3));
    put(pair(2, 3));
    put(pair(0, 2));
    // Where it stands.
    let place = twins.iter().filter_map(|c| c.place).min();
    put(flag(place.is_some()));
    let node = place.and_then(|p| outline.get(p));
    put(node.map_or(0.0, |n| if let Tag::Heading(level) = n.tag { f32::from(level) } else { 7.0 }));
    put(node.map_or(0.0, |n| n.link as f32 / n.weight.max(1) as f32));
    let signs = place.and_then(|p| around.get(p as usize)).copied().unwrap_or_default();
    put(flag(signs.has(Signs(Signs::MENU.0 | Signs::SIDE.0 | Signs::FOOTER.0 | Signs::CONSENT.0 | Signs::RELATED.0))));
    put(flag(signs.has(Signs::HEADER)));
    put(flag(signs.has(Signs::ARTICLE)));
    put(flag(signs.has(Signs::TEASER)));
    put(place.map_or(-1.0, |p| p as f32 / outline.nodes.len().max(1) as f32));
    let next = place.and_then(|p| page.long.iter().find(|l| **l > p).map(|l| l - p));
    put(next.map_or(-1.0, |d| (d as f32).ln_1p()));
    let first = page.long.first().copied();
    put(place.zip(first).map_or(0.0, |(p, f)| if p < f { 1.0 } else { -1.0 }));
    // What it is cut out of: which end it is, what stands between, what is left.
    let whole = all.iter().filter(|c| c.text.len() > own.text.len() && c.from != Origin::Named && c.weight > 0.0);
    let whole: Vec<(&str, usize)> = whole.filter_map(|c| Some((c.text.as_str(), c.text.find(&own.text)?))).collect();
    put(whole.len() as f32);
    if let Some((text, at)) = whole.iter().max_by_key(|(text, _)| text.len()).copied() {
        let (before, after) = (text.get(..at).unwrap_or_default(), text.get(at + own.text.len()..).unwrap_or_default());
        put(if before.is_empty() {
            1.0
        } else if after.is_empty() {
            2.0
        } else {
            3.0
        });
        let mark = |rest: &str, last: bool| {
            let rest = rest.trim();
            let mark = if last { rest.chars().next_back() } else { rest.chars().next() };
            match mark {
                Some('|' | '｜' | '•' | '·') => 1.0,
                Some('-' | '–' | '—') => 2.0,
                Some(':') => 3.0,
                Some('.' | '?' | '!') => 4.0,
                Some(c) if c.is_alphanumeric() => 5.0,
                Some(_) => 6.0,
                None => 0.0,
            }
        };
        put(mark(before, true));
        put(mark(after, false));
        let rest = words(&plain(&format!("{before} {after}")));
        put(rest.len() as f32);
        put(own_words.len() as f32 / (own_words.len() + rest.len()).max(1) as f32);
        put(shared(&rest, &page.slug) / rest.len().max(1) as f32);
    } else {
        (0..6).for_each(|_| put(0.0));
    }
    put(flag(ballot.stated.iter().any(|(from, _, weight)| *from == Origin::JsonLd && *weight > 0.5)));
    let before = place.map(|p| all.iter().filter_map(|c| c.place).filter(|q| *q < p).count());
    put(before.map_or(-1.0, |b| b as f32));
    n
}
