//! Headers as the operator wants them.

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use super::error::FetchErrorKind;
use crate::model::PageRequest;

/// The operator's headers for this source.
pub(super) fn own_headers(ask: &PageRequest) -> Result<HeaderMap, FetchErrorKind> {
    let mut headers = HeaderMap::new();
    for (name, value) in &ask.headers {
        let Ok(parsed) = HeaderName::from_bytes(name.trim().as_bytes()) else {
            return Err(FetchErrorKind::Refused(format!(
                "`{name}` is no name of a header; mend the source's `headers`"
            )));
        };
        if ["host", "connection", "content-length", "transfer-encoding", "upgrade", "te"].contains(&parsed.as_str()) {
            return Err(FetchErrorKind::Refused(format!(
                "the header `{parsed}` belongs to the connection; take it out of the source's `headers`"
            )));
        }
        let Ok(mut value) = HeaderValue::from_str(value.trim()) else {
            return Err(FetchErrorKind::Refused(format!(
                "the value of the source's header `{parsed}` has letters that cannot be sent"
            )));
        };
        value.set_sensitive(true);
        headers.append(parsed, value);
    }
    Ok(headers)
}
