//! HTML pages that list things to read: by rules, else by looking.

use crate::model::{Listing, Page, Read};
use crate::read::CompiledRules;

/// Reads the list of an HTML page.
pub(super) fn read(_page: &Page, _rules: &CompiledRules) -> Read<Listing> {
    super::nothing("not built")
}
