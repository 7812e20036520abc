//! What a profile keeps as one short word.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use crate::model::Links;

/// Numbers in as few bytes as they need (LEB128), texts behind their lengths.
#[derive(Default)]
pub(super) struct Packing(Vec<u8>);

impl Packing {
    /// As one word.
    pub(super) fn word(self) -> String {
        STANDARD_NO_PAD.encode(self.0)
    }

    pub(super) fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.0.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.0.push(number as u8);
    }

    pub(super) fn choice(&mut self, choice: Option<bool>) {
        self.number(choice.map_or(0, |yes| 1 + u64::from(yes)));
    }

    pub(super) fn links(&mut self, links: &Links) {
        self.number(links.len() as u64);
        links.iter().for_each(|hash| self.0.extend(hash.to_le_bytes()));
    }

    pub(super) fn text(&mut self, text: Option<&str>) {
        self.number(text.map_or(0, |text| text.len() as u64 + 1));
        self.0.extend(text.unwrap_or_default().bytes());
    }
}

/// What a word holds.
pub(super) fn bytes(word: &str) -> Option<Vec<u8>> {
    STANDARD_NO_PAD.decode(word).ok()
}

/// What is left of them.
pub(super) struct Packed<'b>(&'b [u8]);

impl<'b> Packed<'b> {
    pub(super) fn of(bytes: &'b [u8]) -> Self {
        Self(bytes)
    }

    fn take(&mut self, length: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    pub(super) fn number(&mut self) -> Option<u64> {
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

    pub(super) fn choice(&mut self) -> Option<Option<bool>> {
        [None, Some(false), Some(true)].get(self.size()?).copied()
    }

    pub(super) fn size(&mut self) -> Option<usize> {
        usize::try_from(self.number()?).ok()
    }

    pub(super) fn several<T>(&mut self, one: impl Fn(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        (0..self.number()?).map(|_| one(self)).collect()
    }

    pub(super) fn links(&mut self) -> Option<Links> {
        let length = self.size()?.checked_mul(4)?;
        let (hashes, _) = self.take(length)?.as_chunks::<4>();
        Some(Links::of(hashes.iter().map(|hash| u32::from_le_bytes(*hash))))
    }

    pub(super) fn text(&mut self) -> Option<Option<String>> {
        let Some(length) = self.size()?.checked_sub(1) else { return Some(None) };
        Some(Some(str::from_utf8(self.take(length)?).ok()?.to_owned()))
    }
}
