//! How a list that was read before can be read again where only some of its rows have come and gone.

mod feed;
mod packing;
mod page;

pub use feed::FeedGuide;
pub use page::{PageGuide, Row};

use super::Links;
use packing::{Packed, Packing};

/// What a full reading of a list leaves for the next.
#[derive(Debug, Clone, PartialEq)]
pub struct Guide {
    /// Where the list stands and what its rows say.
    pub way: Way,
    /// Fingerprints of what names its entries, titles and guids: no other may bear them.
    pub names: Links,
    /// The language that all its headlines together are in.
    pub spoken: Option<String>,
    /// Whether its dates put the day first, where they prove that.
    pub day_first: Option<bool>,
    /// How often in a row it did not serve: a list that is another each time is not worth a guide.
    pub missed: u32,
}

/// Where a list stands.
#[derive(Debug, Clone, PartialEq)]
pub enum Way {
    /// On an HTML page.
    Page(Box<PageGuide>),
    /// In a feed.
    Feed(FeedGuide),
}

impl Way {
    /// Fingerprints of the bytes of its rows, in order.
    pub fn raws(&self) -> Vec<u64> {
        match self {
            Self::Page(guide) => guide.rows.iter().map(|row| row.raw).collect(),
            Self::Feed(guide) => guide.entries.iter().map(|(raw, _)| *raw).collect(),
        }
    }
}

/// The form that [`Guide::packed`] writes; another is not read.
const FORM: u64 = 4;

impl Guide {
    /// As one short word, for keeping.
    pub fn packed(&self) -> String {
        let mut out = Packing::default();
        out.number(FORM);
        out.choice(self.day_first);
        out.number(self.missed.into());
        out.text(self.spoken.as_deref());
        out.links(&self.names);
        match &self.way {
            Way::Page(guide) => {
                out.number(0);
                guide.pack(&mut out);
            }
            Way::Feed(guide) => {
                out.number(1);
                guide.pack(&mut out);
            }
        }
        out.word()
    }

    /// From a word that was kept; nothing from another.
    pub fn unpacked(word: &str) -> Option<Self> {
        let bytes = packing::bytes(word)?;
        let mut packed = Packed::of(&bytes);
        if packed.number()? != FORM {
            return None;
        }
        let (day_first, missed) = (packed.choice()?, u32::try_from(packed.number()?).ok()?);
        let (spoken, names) = (packed.text()?, packed.links()?);
        let way = match packed.number()? {
            0 => Way::Page(Box::new(PageGuide::unpack(&mut packed)?)),
            1 => Way::Feed(FeedGuide::unpack(&mut packed)?),
            _ => return None,
        };
        Some(Self { way, names, spoken, day_first, missed })
    }
}

impl From<Way> for Guide {
    fn from(way: Way) -> Self {
        Self { way, names: Links::default(), spoken: None, day_first: None, missed: 0 }
    }
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;

    #[test]
    fn a_guide_survives_being_kept_and_nothing_else_is_taken_for_one() {
        let row = |n: u64| Row { raw: u64::MAX - n, says: n, kind: u32::MAX, lead: 3 };
        let names = Links::of([5, 4, u32::MAX].into_iter());
        let page = PageGuide {
            before: (1 << 40, 7),
            opening: "<html><body class=\"a\">".into(),
            rows: (0..9).map(row).collect(),
            names: names.clone(),
            confidence: 0.9,
            mark: "<li>".into(),
            title: Some(String::new()),
            language: Some("de".into()),
            next: Url::parse("https://lantern.example/?page=2").ok(),
            ..PageGuide::default()
        };
        let feed = FeedGuide { around: u64::MAX, entries: vec![(u64::MAX, 1), (7, u64::MAX >> 1)] };
        for way in [Way::Page(page.into()), Way::Feed(feed)] {
            let guide =
                Guide { way, names: names.clone(), spoken: Some("de".into()), day_first: Some(false), missed: 300 };
            let word = guide.packed();
            assert_eq!(Guide::unpacked(&word), Some(guide));
            for cut in 0..word.len() {
                assert_eq!(Guide::unpacked(&word[..cut]), None, "{cut}");
            }
        }
        assert_eq!(Guide::unpacked("{}"), None);
        assert_eq!(Guide::unpacked(&"/".repeat(80)), None);
    }
}
