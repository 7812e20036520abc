//! JSON endpoints.

use crate::model::{Listing, Page, Read};

/// Reads a JSON answer by its shape.
pub(super) fn read(_page: &Page) -> Read<Listing> {
    super::nothing("not JSON")
}
