use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use url::Url;

use super::Links;

/// Where the list of a page stands and what its rows say, as a full reading found it: enough to read the page again
/// where nothing but rows has come and gone.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Guide {
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

/// The form that [`Guide::packed`] writes; another is not read.
const FORM: u64 = 2;

impl Guide {
    /// As one short word, for keeping.
    pub fn packed(&self) -> String {
        let mut out = Packing(Vec::with_capacity(2048));
        out.number(FORM);
        for number in [self.before.0 as u64, self.before.1, self.after.0 as u64, self.after.1] {
            out.number(number);
        }
        for number in [self.depth as u64, self.heaviest as u64, self.confidence.to_bits().into(), self.missed.into()] {
            out.number(number);
        }
        out.number(self.day_first.map_or(0, |first| 1 + u64::from(first)));
        out.number(self.rows.len() as u64);
        for row in &self.rows {
            for number in [row.raw, row.says, row.kind.into(), row.lead.into()] {
                out.number(number);
            }
        }
        for links in [&self.shapes, &self.addresses, &self.names] {
            out.number(links.len() as u64);
            links.iter().for_each(|hash| out.0.extend(hash.to_le_bytes()));
        }
        let urls = [&self.base, &self.picture, &self.next].map(|url| url.as_ref().map(Url::as_str));
        let texts = [&self.title, &self.description, &self.language, &self.spoken].map(Option::as_deref);
        for text in urls.into_iter().chain(texts).chain([self.opening.as_str(), self.mark.as_str()].map(Some)) {
            out.text(text);
        }
        STANDARD_NO_PAD.encode(out.0)
    }

    /// From a word that was kept; nothing from another.
    pub fn unpacked(word: &str) -> Option<Self> {
        let bytes = STANDARD_NO_PAD.decode(word).ok()?;
        let mut packed = Packed(&bytes);
        if packed.number()? != FORM {
            return None;
        }
        let before = (packed.size()?, packed.number()?);
        let after = (packed.size()?, packed.number()?);
        let (depth, heaviest) = (packed.size()?, packed.size()?);
        let confidence = f32::from_bits(u32::try_from(packed.number()?).ok()?);
        let missed = u32::try_from(packed.number()?).ok()?;
        let day_first = [None, Some(false), Some(true)].get(packed.size()?).copied()?;
        let rows = packed.several(|packed| {
            let (raw, says) = (packed.number()?, packed.number()?);
            let (kind, lead) = (u32::try_from(packed.number()?).ok()?, u16::try_from(packed.number()?).ok()?);
            Some(Row { raw, says, kind, lead })
        })?;
        let [shapes, addresses, names] = [packed.links()?, packed.links()?, packed.links()?];
        let mut url = || Some(packed.text()?.and_then(|url| Url::parse(&url).ok()));
        let [base, picture, next] = [url()?, url()?, url()?];
        let [title, description, language, spoken] = [packed.text()?, packed.text()?, packed.text()?, packed.text()?];
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
            spoken,
            day_first,
            missed,
        })
    }
}

/// Numbers in as few bytes as they need (LEB128), texts behind their lengths.
struct Packing(Vec<u8>);

impl Packing {
    fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.0.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.0.push(number as u8);
    }

    fn text(&mut self, text: Option<&str>) {
        self.number(text.map_or(0, |text| text.len() as u64 + 1));
        self.0.extend(text.unwrap_or_default().bytes());
    }
}

/// What is left of them.
struct Packed<'b>(&'b [u8]);

impl<'b> Packed<'b> {
    fn take(&mut self, length: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = *self.take(1)?.first()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    fn size(&mut self) -> Option<usize> {
        usize::try_from(self.number()?).ok()
    }

    fn several<T>(&mut self, one: impl Fn(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        (0..self.number()?).map(|_| one(self)).collect()
    }

    fn links(&mut self) -> Option<Links> {
        let length = self.size()?.checked_mul(4)?;
        let (hashes, _) = self.take(length)?.as_chunks::<4>();
        Some(Links::of(hashes.iter().map(|hash| u32::from_le_bytes(*hash))))
    }

    fn text(&mut self) -> Option<Option<String>> {
        let Some(length) = self.size()?.checked_sub(1) else { return Some(None) };
        Some(Some(str::from_utf8(self.take(length)?).ok()?.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guide_survives_being_kept_and_nothing_else_is_taken_for_one() {
        let row = |n: u64| Row { raw: u64::MAX - n, says: n, kind: u32::MAX, lead: 3 };
        let guide = Guide {
            before: (1 << 40, 7),
            opening: "<html><body class=\"a\">".into(),
            rows: (0..9).map(row).collect(),
            names: Links::of([5, 4, u32::MAX].into_iter()),
            confidence: 0.9,
            mark: "<li>".into(),
            title: Some(String::new()),
            language: Some("de".into()),
            next: Url::parse("https://lantern.example/?page=2").ok(),
            day_first: Some(false),
            ..Guide::default()
        };
        let word = guide.packed();
        assert_eq!(Guide::unpacked(&word), Some(guide));
        for cut in 0..word.len() {
            assert_eq!(Guide::unpacked(&word[..cut]), None, "{cut}");
        }
        assert_eq!(Guide::unpacked("{}"), None);
        assert_eq!(Guide::unpacked(&STANDARD_NO_PAD.encode([0xff; 60])), None);
    }
}
