//! Names of tags and attributes, each looked up once a page.

use html5ever::LocalName;

use super::sorts::Sort;

/// Places of the table, a power of two: pages use some dozens of names.
const PLACES: usize = 256;

/// The names seen so far; one that falls on another's place takes it.
#[derive(Debug)]
pub(super) struct Names<'t>(Vec<Option<(&'t str, LocalName, Sort)>>);

impl Default for Names<'_> {
    fn default() -> Self {
        Self(vec![None; PLACES])
    }
}

impl<'t> Names<'t> {
    /// A tag's name in lower case, and what rules hold for it.
    pub(super) fn of_tag(&mut self, written: &'t str) -> (LocalName, Sort) {
        match self.known(written) {
            Some((name, sort)) => (name.clone(), *sort),
            None => (LocalName::from(""), Sort::Refused),
        }
    }

    /// An attribute's name in lower case.
    pub(super) fn of_attribute(&mut self, written: &'t str) -> LocalName {
        self.of_tag(written).0
    }

    fn known(&mut self, written: &'t str) -> Option<(&LocalName, &Sort)> {
        let bytes = written.as_bytes();
        let mixed = bytes.iter().fold(bytes.len(), |hash, byte| hash.wrapping_mul(31).wrapping_add(usize::from(*byte)));
        let place = self.0.get_mut(mixed & (PLACES - 1))?;
        if place.as_ref().is_none_or(|(known, ..)| *known != written) {
            let lower = if bytes.iter().any(u8::is_ascii_uppercase) {
                written.to_ascii_lowercase().into()
            } else {
                std::borrow::Cow::Borrowed(written)
            };
            *place = Some((written, LocalName::from(&*lower), Sort::of(lower.as_bytes())));
        }
        place.as_ref().map(|(_, name, sort)| (name, sort))
    }
}
