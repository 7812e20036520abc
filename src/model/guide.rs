use serde::{Deserialize, Deserializer, Serialize, Serializer};
use url::Url;

use super::Links;

/// Where the list of a page stands and what its rows say, as a full reading found it: enough to read the page again
/// where nothing but rows has come and gone.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Guide {
    /// Length in bytes and fingerprint of the page before its first row, and after its last.
    pub before: (usize, u64),
    /// See `before`.
    pub after: (usize, u64),
    /// What each row begins with, and nothing else in the list.
    pub mark: String,
    /// Where, before the first row, the tags stand that hold the list, outermost first: from byte to byte.
    pub holders: Vec<(usize, usize)>,
    /// How many elements hold a row.
    pub depth: usize,
    /// The rows, in page order.
    pub rows: Rows,
    /// The forms of the addresses that rows lead to.
    pub shapes: Links,
    /// The addresses to which the page leads.
    pub addresses: Links,
    /// Headlines that a new row may not bear, since they would name two things.
    pub names: Links,
    /// Weight of the heaviest row.
    pub heaviest: usize,
    /// What relative links resolve against, if it is not the page.
    pub base: Option<Url>,
    /// How sure the list is.
    pub confidence: f32,
    /// What the page says of itself; see [`Listing`](super::Listing).
    pub title: Option<String>,
    /// Likewise.
    pub description: Option<String>,
    /// Likewise.
    pub language: Option<String>,
    /// Likewise.
    pub picture: Option<Url>,
    /// Likewise.
    pub next: Option<Url>,
    /// The language that all its headlines together are in.
    pub spoken: Option<String>,
    /// Whether its dates put the day first, where they prove that.
    pub day_first: Option<bool>,
    /// How often in a row it did not serve: a page that is another each time is not worth a guide.
    pub missed: u32,
}

/// A row of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// Fingerprint of its bytes.
    pub raw: u64,
    /// Fingerprint of the teaser that it was read as ([`Teaser::print`](super::Teaser::print)).
    pub says: u64,
    /// Fingerprint of its markup, words and numbers aside.
    pub kind: u32,
    /// Which of its elements is the link that leads to the article.
    pub lead: u16,
}

/// Rows in page order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rows(pub Vec<Row>);

/// Hexadecimal digits that a row is kept as: 16 + 16 + 8 + 4.
const DIGITS: usize = 44;

/// As hexadecimal digits: numbers would take half as much again.
impl Serialize for Rows {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let row = |r: &Row| format!("{:016x}{:016x}{:08x}{:04x}", r.raw, r.says, r.kind, r.lead);
        serializer.collect_str(&self.0.iter().map(row).collect::<String>())
    }
}

impl<'de> Deserialize<'de> for Rows {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let (rows, _) = text.as_bytes().as_chunks::<DIGITS>();
        let row = |digits: &[u8; DIGITS]| {
            let digits = str::from_utf8(digits).ok()?;
            let number = |from: usize, to: usize| u64::from_str_radix(digits.get(from..to)?, 16).ok();
            Some(Row {
                raw: number(0, 16)?,
                says: number(16, 32)?,
                kind: u32::try_from(number(32, 40)?).ok()?,
                lead: u16::try_from(number(40, 44)?).ok()?,
            })
        };
        Ok(Self(rows.iter().filter_map(row).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guide_survives_being_kept() {
        let rows =
            Rows(vec![Row { raw: u64::MAX, says: 7, kind: 9, lead: 3 }, Row { raw: 0, says: 1, kind: 2, lead: 0 }]);
        let guide = Guide { rows, confidence: 0.9, mark: "<li>".into(), ..Guide::default() };
        let text = serde_json::to_string(&guide).unwrap();
        assert_eq!(serde_json::from_str::<Guide>(&text).unwrap(), guide);
    }
}
