//! Pages as a browser shows them: headless Chromium, driven over a pipe.
//!
//! The page itself is fetched as every page is — guard, robots.txt, pace, redirects, the source's headers — and its bytes
//! are handed to the browser as if they had come to it. What its scripts then load goes through a proxy of ours that
//! lives as long as the page (`proxy`), after a look at each request (`traffic`). In the order of a page: `program` and
//! `process` (the browser), `message` and `wire` (what is said), `pool` (a tab), `visit` (the page in it), `script`
//! and `settle` (when it is ready), and its HTML goes out as a [`Page`].

mod message;
mod pool;
mod process;
mod program;
mod proxy;
mod script;
mod settle;
#[cfg(test)]
mod tests;
mod traffic;
mod visit;
mod wire;

use bytestring::ByteString;
use tokio::time::Instant;

use super::error::{FetchError, FetchErrorKind};
use super::fetcher::Fetcher;
use super::headers::own_headers;
use super::ways::Reach;
use crate::model::{Browsing, Page, PageRequest, Validators};

pub(super) use pool::Pool;
pub use program::{NoBrowser, find_browser};

use pool::Company;
use proxy::Proxy;
use visit::{Trouble, Visit};

/// A page may load so many times the largest body, with all its scripts and data.
const LOADED: u64 = 8;

impl Fetcher {
    /// Shows a page that was fetched for `ask` in a browser; gives it as it is once it has settled and the steps are
    /// done. What is no HTML comes back as it is. The page given bears no validators: the server's speak of the bytes
    /// before any script ran.
    pub async fn render(&self, page: Page, ask: &PageRequest, how: &Browsing) -> Result<Page, FetchError> {
        if !is_html(&page) {
            return Ok(page);
        }
        let (pool, manners) = self.browser();
        let fail = |kind| FetchError { status: Some(page.status), ..FetchError::new(&page.url, kind) };
        let own = own_headers(ask).map_err(fail)?;
        // A page of the public internet reaches nothing private, whatever the operator opened for himself.
        let reach = Reach::of(page.peer);
        let guard = self.guard_within(reach);
        let most = manners.max_bytes;
        let mut company = Company::Others;
        loop {
            let tab = pool.tab(company).await.map_err(|why| fail(FetchErrorKind::Browser(why)))?;
            let proxy = Proxy::open(guard.clone(), most.saturating_mul(LOADED)).await;
            let proxy = proxy.map_err(|e| fail(FetchErrorKind::Browser(format!("no port for a page's proxy: {e}"))))?;
            let until = Instant::now() + manners.browser.timeout;
            let (running, own, proxy) = (&*tab.running, &own, &proxy);
            let visit = Visit { fetcher: self, running, reach, guard, proxy, ask, own, how, most, until };
            let kind = match visit.show(page.clone()).await {
                Ok((answer, mut url, html)) => {
                    url.set_fragment(None);
                    let text = ByteString::from(html);
                    return Ok(Page {
                        url,
                        asked: page.asked.clone(),
                        moved: page.moved.clone(),
                        validators: Validators::default(),
                        fresh_until: None,
                        charset: "UTF-8",
                        body: text.as_bytes().clone(),
                        text,
                        ..answer
                    });
                }
                // Another page may have ended it: once more, in a new one, and alone, so that it is known whose doing it is.
                Err(Trouble::Gone) if company == Company::Others && running.end().is_none_or(|end| end.shared) => {
                    company = Company::Alone;
                    continue;
                }
                Err(Trouble::Unplugged) if company == Company::Others => {
                    company = Company::Alone;
                    continue;
                }
                Err(Trouble::Unplugged) => FetchErrorKind::Browser(
                    "the browser's process for the network died while it showed the page".to_owned(),
                ),
                Err(Trouble::Gone) => FetchErrorKind::Browser(match running.end() {
                    Some(end) => format!("the browser was stopped while it showed the page: {}", end.why),
                    None => "the browser died while it showed the page".to_owned(),
                }),
                Err(Trouble::Crashed) => FetchErrorKind::Browser("the page crashed its tab of the browser".to_owned()),
                Err(Trouble::Stuck) => FetchErrorKind::Browser(format!(
                    "the page kept the browser busy for {:?} (`[browser] timeout`) and was closed",
                    manners.browser.timeout
                )),
                Err(Trouble::TooLong) => FetchErrorKind::TooLarge(most),
                Err(Trouble::Elsewhere(error)) => return Err(error),
                Err(Trouble::Refused(words)) => {
                    FetchErrorKind::Browser(format!("the browser does not show the page: {words}"))
                }
            };
            return Err(fail(kind));
        }
    }
}

/// Whether a browser would show it as a page of its own making: feeds, sitemaps and JSON are read as they are.
fn is_html(page: &Page) -> bool {
    let declared = page.media_type.as_deref().is_none_or(|kind| kind.contains("html") || kind == "text/plain");
    let start = page.text.trim_start_matches(['\u{feff}', ' ', '\n', '\r', '\t']);
    let start = start.get(..start.floor_char_boundary(200)).unwrap_or_default().to_ascii_lowercase();
    let xhtml = start.contains("<!doctype html") || start.contains("<html");
    let data = ["<?xml", "<rss", "<feed", "<rdf", "<urlset", "<sitemapindex", "{", "["];
    declared && (xhtml || !data.iter().any(|begin| start.starts_with(begin)))
}
