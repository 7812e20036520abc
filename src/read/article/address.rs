//! Relative addresses made absolute.

use url::Url;

/// What the page's addresses resolve against.
#[derive(Debug)]
pub(super) struct Addresses {
    base: Url,
}

impl Addresses {
    /// Of a page at `page` that may have a `<base href>`.
    pub(super) fn of(page: &Url, base: Option<&str>) -> Self {
        let base = base.and_then(|b| page.join(b.trim()).ok()).filter(|b| !b.cannot_be_a_base());
        Self { base: base.unwrap_or_else(|| page.clone()) }
    }

    /// What relative addresses resolve against.
    pub(super) fn base(&self) -> &Url {
        &self.base
    }

    /// An http(s) address.
    pub(super) fn web(&self, written: &str) -> Option<Url> {
        let written = written.trim();
        if written.is_empty() || written.starts_with("data:") {
            return None;
        }
        self.base.join(written).ok().filter(|u| matches!(u.scheme(), "http" | "https"))
    }

    /// A link's target: web, mail, telephone; none for scripts and places on this page.
    pub(super) fn link(&self, written: &str) -> Option<String> {
        let written = written.trim();
        if written.is_empty() || written.starts_with('#') {
            return None;
        }
        let url = self.base.join(written).ok()?;
        matches!(url.scheme(), "http" | "https" | "mailto" | "tel" | "ftp").then(|| url.to_string())
    }
}
