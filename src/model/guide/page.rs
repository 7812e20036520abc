use url::Url;

use super::packing::{Packed, Packing};
use crate::model::Links;

/// Where the list of a page stands and what its rows say, as a full reading found it: enough to read the page again
/// where nothing but rows has come and gone.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PageGuide {
    /// Length in bytes and fingerprint of the page before its first row, and after its last.
    pub before: (usize, u64),
    /// See `before`.
    pub after: (usize, u64),
    /// What each row begins with, and nothing else in the list.
    pub mark: String,
    /// The start tags of the elements that hold the list, outermost first, behind the page's doctype.
    pub opening: String,
    /// How many elements hold a row.
    pub depth: usize,
    /// The rows, in page order.
    pub rows: Vec<Row>,
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
    /// What the page says of itself; see [`Listing`](crate::model::Listing).
    pub title: Option<String>,
    /// Likewise.
    pub description: Option<String>,
    /// Likewise.
    pub language: Option<String>,
    /// Likewise.
    pub picture: Option<Url>,
    /// Likewise.
    pub next: Option<Url>,
}

/// A row of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// Fingerprint of its bytes.
    pub raw: u64,
    /// Fingerprint of the teaser that it was read as ([`Teaser::print`](crate::model::Teaser::print)).
    pub says: u64,
    /// Fingerprint of its markup, words and numbers aside.
    pub kind: u32,
    /// Which of its elements is the link that leads to the article.
    pub lead: u16,
}

impl PageGuide {
    pub(super) fn pack(&self, out: &mut Packing) {
        for number in [self.before.0 as u64, self.before.1, self.after.0 as u64, self.after.1] {
            out.number(number);
        }
        for number in [self.depth as u64, self.heaviest as u64, self.confidence.to_bits().into()] {
            out.number(number);
        }
        out.number(self.rows.len() as u64);
        for row in &self.rows {
            for number in [row.raw, row.says, row.kind.into(), row.lead.into()] {
                out.number(number);
            }
        }
        for links in [&self.shapes, &self.addresses, &self.names] {
            out.links(links);
        }
        let urls = [&self.base, &self.picture, &self.next].map(|url| url.as_ref().map(Url::as_str));
        let texts = [&self.title, &self.description, &self.language].map(Option::as_deref);
        for text in urls.into_iter().chain(texts).chain([self.opening.as_str(), self.mark.as_str()].map(Some)) {
            out.text(text);
        }
    }

    pub(super) fn unpack(packed: &mut Packed) -> Option<Self> {
        let before = (packed.size()?, packed.number()?);
        let after = (packed.size()?, packed.number()?);
        let (depth, heaviest) = (packed.size()?, packed.size()?);
        let confidence = f32::from_bits(u32::try_from(packed.number()?).ok()?);
        let rows = packed.several(|packed| {
            let (raw, says) = (packed.number()?, packed.number()?);
            let (kind, lead) = (u32::try_from(packed.number()?).ok()?, u16::try_from(packed.number()?).ok()?);
            Some(Row { raw, says, kind, lead })
        })?;
        let [shapes, addresses, names] = [packed.links()?, packed.links()?, packed.links()?];
        let mut url = || Some(packed.text()?.and_then(|url| Url::parse(&url).ok()));
        let [base, picture, next] = [url()?, url()?, url()?];
        let [title, description, language] = [packed.text()?, packed.text()?, packed.text()?];
        let [opening, mark] = [packed.text()??, packed.text()??];
        Some(Self {
            before,
            after,
            mark,
            opening,
            depth,
            rows,
            shapes,
            addresses,
            names,
            heaviest,
            base,
            confidence,
            title,
            description,
            language,
            picture,
            next,
        })
    }
}
