use super::packing::{Packed, Packing};

/// What a feed's entries say, as a full reading found it: enough to read only those that are new the next time.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FeedGuide {
    /// Fingerprint of all that decides, beside its own bytes, what an entry says.
    pub around: u64,
    /// Of each entry the fingerprint of its bytes, and that of the teaser that it was read as
    /// ([`Teaser::print`](crate::model::Teaser::print)).
    pub entries: Vec<(u64, u64)>,
}

impl FeedGuide {
    pub(super) fn pack(&self, out: &mut Packing) {
        out.number(self.around);
        out.number(self.entries.len() as u64);
        for (raw, says) in &self.entries {
            out.number(*raw);
            out.number(*says);
        }
    }

    pub(super) fn unpack(packed: &mut Packed) -> Option<Self> {
        let around = packed.number()?;
        let entries = packed.several(|packed| Some((packed.number()?, packed.number()?)))?;
        Some(Self { around, entries })
    }
}
