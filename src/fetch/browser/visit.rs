//! One page in one tab, from its bytes to what it shows.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::HeaderMap;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, timeout, timeout_at};
use tracing::{debug, warn};
use url::Url;

use super::is_html;
use super::message::Event;
use super::pool::Running;
use super::proxy::Proxy;
use super::script;
use super::settle::Settling;
use super::traffic::{Fate, PICTURE, Paused, Traffic, passed};
use super::wire::CallError;
use crate::fetch::error::{FetchError, FetchErrorKind};
use crate::fetch::fetcher::{Fetched, Fetcher};
use crate::fetch::guard::Guard;
use crate::fetch::ways::Reach;
use crate::model::{Browsing, Page, PageRequest, Step, Trust};

/// Between two looks.
const LOOK: Duration = Duration::from_millis(100);
/// So many looks at most are for the browser's processes to begin.
const LOOKS: usize = 10;
/// So much of the time is kept for reading out what the page shows.
const RESERVE: Duration = Duration::from_secs(3);
/// Longest wait for a tab to close.
const CLOSING: Duration = Duration::from_secs(3);

/// Why a page could not be shown.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The browser is gone.
    Gone,
    /// The browser lost what it reaches the network with: the page may have got less than it asked for.
    Unplugged,
    /// The tab crashed.
    Crashed,
    /// The page keeps its tab busy.
    Stuck,
    /// What the page shows is too long.
    TooLong,
    /// The page led to what could not be fetched.
    Elsewhere(FetchError),
    /// The browser will not; its words.
    Refused(String),
}

impl From<CallError> for Trouble {
    fn from(error: CallError) -> Self {
        match error {
            CallError::Gone => Self::Gone,
            CallError::Refused(words) => Self::Refused(words),
        }
    }
}

/// What a visit needs.
pub(super) struct Visit<'v> {
    pub(super) fetcher: &'v Fetcher,
    pub(super) running: &'v Running,
    /// As far as the page may reach, and the guard for that.
    pub(super) reach: Reach,
    pub(super) guard: &'v Guard,
    pub(super) proxy: &'v Proxy,
    pub(super) ask: &'v PageRequest,
    pub(super) own: &'v HeaderMap,
    pub(super) how: &'v Browsing,
    /// Longest HTML.
    pub(super) most: u64,
    pub(super) until: Instant,
}

/// A page's tab, while it is open.
struct Open<'v> {
    visit: &'v Visit<'v>,
    session: String,
    frame: String,
    /// What the tab shows, or is about to.
    page: Mutex<Page>,
    traffic: Mutex<Traffic>,
    /// Why it did not become the page that it led to.
    astray: Mutex<Option<FetchError>>,
}

impl Visit<'_> {
    /// Shows a page; gives its address and its HTML as they are then, and the answer that it began with.
    pub(super) async fn show(&self, page: Page) -> Result<(Page, Url, String), Trouble> {
        let network = self.network_at_first().await?;
        let context = json!({
            "disposeOnDetach": true,
            "proxyServer": format!("http://{}", self.proxy.address),
            "proxyBypassList": "<-loopback>",
        });
        let made = self.call("Target.createBrowserContext", context).await?;
        let context = json!({ "browserContextId": made["browserContextId"] });
        let shown = match timeout_at(self.until, self.within(&context, page)).await {
            Ok(shown) => shown,
            Err(_) => Err(Trouble::Stuck),
        };
        let unplugged = network.is_some() && self.network().await.is_ok_and(|now| now != network);
        // A tab that does not even close takes the browser with it.
        let closing = self.running.wire.call(None, "Target.disposeBrowserContext", context);
        if timeout(CLOSING, closing).await.is_err() {
            self.running.stop("a page could not be closed");
        }
        if unplugged { Err(Trouble::Unplugged) } else { shown }
    }

    async fn call(&self, method: &str, params: Value) -> Result<Value, Trouble> {
        match timeout_at(self.until, self.running.wire.call(None, method, params)).await {
            Ok(answer) => Ok(answer?),
            Err(_) => Err(Trouble::Stuck),
        }
    }

    /// The number of the browser's process for the network, where it tells. A new one stands in at once for one that died,
    /// and pages see requests fail as they may for any reason.
    async fn network(&self) -> Result<Option<u64>, Trouble> {
        let asked = self.running.wire.call(None, "SystemInfo.getProcessInfo", json!({}));
        let told = timeout(CLOSING, asked).await.map_err(|_| Trouble::Stuck)??;
        let mut processes = told["processInfo"].as_array().into_iter().flatten();
        let network = processes.find(|process| process["type"] == "network.mojom.NetworkService");
        Ok(network.and_then(|process| process["id"].as_u64()))
    }

    /// The same before a page is shown: in a browser that has just started it may not have begun.
    async fn network_at_first(&self) -> Result<Option<u64>, Trouble> {
        let mut network = self.network().await?;
        for _ in 0..LOOKS {
            if network.is_some() {
                break;
            }
            sleep(LOOK).await;
            network = self.network().await?;
        }
        Ok(network)
    }

    async fn within(&self, context: &Value, page: Page) -> Result<(Page, Url, String), Trouble> {
        let wire = &self.running.wire;
        let mut denied = context.clone();
        denied["behavior"] = "deny".into();
        self.call("Browser.setDownloadBehavior", denied).await?;
        let mut target = context.clone();
        target["url"] = "about:blank".into();
        let target = self.call("Target.createTarget", target).await?;
        let frame = target["targetId"].as_str().unwrap_or_default().to_owned();
        let attached = self.call("Target.attachToTarget", json!({ "targetId": frame, "flatten": true })).await?;
        let session = attached["sessionId"].as_str().unwrap_or_default().to_owned();
        let events = wire.listen(&session);
        let mut url = page.url.clone();
        // Never sent, but it may choose what the page's script shows.
        url.set_fragment(self.ask.url.fragment());
        let (page, traffic, astray) = (Mutex::new(page), Mutex::default(), Mutex::default());
        let open = Open { visit: self, session, frame, page, traffic, astray };
        let shown = tokio::select! {
            shown = open.read(&url) => shown,
            trouble = open.attend(events) => Err(trouble),
        };
        wire.forget(&open.session);
        let (url, html) = shown?;
        Ok((open.page.into_inner().unwrap_or_else(PoisonError::into_inner), url, html))
    }
}

impl Open<'_> {
    async fn call(&self, method: &str, params: Value) -> Result<Value, CallError> {
        self.visit.running.wire.call(Some(&self.session), method, params).await
    }

    /// Leads the tab to the page, waits, does the steps, and reads what is shown.
    async fn read(&self, url: &Url) -> Result<(Url, String), Trouble> {
        for (method, params) in [
            ("Page.enable", json!({})),
            ("Network.enable", json!({ "maxTotalBufferSize": 0, "maxResourceBufferSize": 0 })),
            ("Network.setBypassServiceWorker", json!({ "bypass": true })),
            ("Inspector.enable", json!({})),
            ("Fetch.enable", json!({ "patterns": [{ "urlPattern": "*" }] })),
        ] {
            self.call(method, params).await?;
        }
        if self.visit.ask.trust == Trust::Anyone {
            self.call("Security.setIgnoreCertificateErrors", json!({ "ignore": true })).await?;
        }
        let led = self.call("Page.navigate", json!({ "url": url.as_str() })).await?;
        if let Some(words) = led["errorText"].as_str().filter(|words| !words.is_empty()) {
            return Err(Trouble::Refused(words.to_owned()));
        }
        let rest = self.visit.until.checked_sub(RESERVE).unwrap_or(self.visit.until);
        self.settle(Settling::new(Instant::now(), rest), self.visit.how.wait.as_deref(), rest).await?;
        for step in &self.visit.how.steps {
            self.step(step, rest).await?;
        }
        let astray = locked(&self.astray).take();
        if let Some(why) = astray {
            let glance = script::seen(&self.call("Runtime.evaluate", script::glance(None)).await?);
            if glance.is_none_or(|glance| glance.is_bare()) {
                return Err(Trouble::Elsewhere(why));
            }
        }
        let answer = self.call("Runtime.evaluate", script::shown(self.visit.most)).await?;
        let shown = script::value(&answer).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        match shown {
            [Value::String(url), Value::String(html)] if html.len() as u64 <= self.visit.most => {
                let url = Url::parse(url).ok().filter(|url| self.visit.guard.check(url).is_ok());
                let url = url.ok_or_else(|| Trouble::Refused("it left the web".to_owned()))?;
                Ok((url, html.clone()))
            }
            [_, _] => Err(Trouble::TooLong),
            _ => Err(Trouble::Refused("its script could not be read".to_owned())),
        }
    }

    /// Waits until the page is at rest, or the time is over.
    async fn settle(&self, mut settling: Settling, selector: Option<&str>, rest: Instant) -> Result<(), Trouble> {
        loop {
            let answer = self.call("Runtime.evaluate", script::glance(selector)).await;
            let now = Instant::now();
            match answer {
                Ok(answer) => {
                    let busy = locked(&self.traffic).is_busy(now);
                    if script::seen(&answer).is_some_and(|glance| settling.look(glance, busy, now)) {
                        return Ok(());
                    }
                }
                // The page has just become another.
                Err(CallError::Refused(_)) => {}
                Err(CallError::Gone) => return Err(Trouble::Gone),
            }
            if now >= rest {
                return Ok(());
            }
            sleep(LOOK).await;
        }
    }

    async fn step(&self, step: &Step, rest: Instant) -> Result<(), Trouble> {
        let (times, script) = match step {
            Step::Click { target, times } => (*times, script::click(target)),
            Step::Scroll(times) => (*times, script::scroll()),
        };
        for turn in 0..times {
            if Instant::now() >= rest {
                return Ok(());
            }
            let answer = self.call("Runtime.evaluate", script.clone()).await?;
            if script::value(&answer) != Some(&Value::Bool(true)) {
                if turn == 0
                    && let Step::Click { target, .. } = step
                {
                    warn!("{}: the step `click = {target:?}` finds nothing to click", self.visit.ask.url);
                }
                return Ok(());
            }
            // Time for the script to ask for what it wants.
            sleep(LOOK).await;
            self.settle(Settling::between_steps(Instant::now(), rest), None, rest).await?;
        }
        Ok(())
    }

    /// Answers what happens in the tab; ends when it can show nothing more.
    async fn attend(&self, mut events: mpsc::Receiver<Event>) -> Trouble {
        while let Some(Event { method, params }) = events.recv().await {
            let done = match method.as_str() {
                "Fetch.requestPaused" => self.decide(&params).await,
                "Page.javascriptDialogOpening" => {
                    self.tell("Page.handleJavaScriptDialog", json!({ "accept": params["type"] == "beforeunload" }))
                        .await
                }
                "Inspector.targetCrashed" => Err(Trouble::Crashed),
                "Network.requestWillBeSent" => {
                    locked(&self.traffic).begun(&params);
                    Ok(())
                }
                "Network.loadingFinished" | "Network.loadingFailed" => {
                    locked(&self.traffic).ended(&params);
                    Ok(())
                }
                _ => Ok(()),
            };
            if let Err(trouble) = done {
                return trouble;
            }
        }
        if self.visit.running.wire.is_closed() { Trouble::Gone } else { Trouble::Stuck }
    }

    async fn tell(&self, method: &str, params: Value) -> Result<(), Trouble> {
        Ok(self.visit.running.wire.tell(&self.session, method, params).await?)
    }

    async fn decide(&self, params: &Value) -> Result<(), Trouble> {
        let visit = self.visit;
        let refused = |id: &Value| json!({ "requestId": id, "errorReason": "BlockedByClient" });
        let Some(asked) = Paused::read(params, &self.frame) else {
            return self.tell("Fetch.failRequest", refused(&params["requestId"])).await;
        };
        let fate = locked(&self.traffic).judge(&asked, visit.guard);
        match fate {
            Fate::Top => self.top(&asked).await,
            Fate::Pass => {
                let cookies = locked(&self.page).cookies.clone();
                self.tell("Fetch.continueRequest", passed(&asked, &visit.ask.url, visit.own, &cookies)).await
            }
            Fate::Picture => {
                let headers = json!([{ "name": "Content-Type", "value": "image/gif" }]);
                let picture =
                    json!({ "requestId": asked.id, "responseCode": 200, "responseHeaders": headers, "body": PICTURE });
                self.tell("Fetch.fulfillRequest", picture).await
            }
            Fate::Refuse if asked.is_top() => {
                let kind = match visit.guard.check(&asked.url) {
                    Err(refusal) => FetchErrorKind::Refused(refusal.0),
                    Ok(()) if asked.method == "GET" => {
                        FetchErrorKind::Browser("the page leads on, or loads itself anew, again and again".to_owned())
                    }
                    Ok(()) => FetchErrorKind::Browser("the page sends a form before it shows anything".to_owned()),
                };
                self.stay(&asked, FetchError::new(&asked.url, kind)).await
            }
            Fate::Refuse => self.tell("Fetch.failRequest", refused(&asked.id.into())).await,
        }
    }

    /// The tab's own page: what was fetched is shown; where a page leads elsewhere by script, that is fetched first, as
    /// any page is.
    async fn top(&self, asked: &Paused) -> Result<(), Trouble> {
        let mut url = asked.url.clone();
        url.set_fragment(None);
        let known = locked(&self.page).url.clone();
        if url != known {
            match self.next(&url).await {
                Ok(page) => {
                    *locked(&self.page) = page;
                    *locked(&self.astray) = None;
                }
                Err(error) => return self.stay(asked, error).await,
            }
        }
        let answer = answer(&asked.id, &url, &locked(&self.page));
        self.tell("Fetch.fulfillRequest", answer).await
    }

    /// Fetches where the page leads, within its own reach: who is public leads nobody into a private network, and what
    /// is public is not shown where scripts may reach into one.
    async fn next(&self, url: &Url) -> Result<Page, FetchError> {
        let (first, reach) = (self.visit.ask, self.visit.reach);
        let ask = PageRequest::in_name_of(&first.url, &first.headers, &first.trust, url.clone());
        let fail = |kind| Err(FetchError::new(url, kind));
        match self.visit.fetcher.get_within(&ask, reach, |_| None).await?.0 {
            Fetched::NotModified(_) => fail(FetchErrorKind::Status(304)),
            Fetched::Page(page) if !is_html(&page) => {
                fail(FetchErrorKind::Content("the page leads to what is no page".to_owned()))
            }
            Fetched::Page(page) if Reach::of(page.peer) != reach => fail(FetchErrorKind::Refused(
                "a page of a private network leads to this public one, which is not shown in its place since its \
                 scripts could reach that network; make it a source of its own"
                    .to_owned(),
            )),
            Fetched::Page(page) => Ok(Page { moved: None, ..*page }),
        }
    }

    /// Leaves the tab at the page that it shows, as browsers do when a download begins.
    async fn stay(&self, asked: &Paused, why: FetchError) -> Result<(), Trouble> {
        debug!("a page leads nowhere: {why}");
        *locked(&self.astray) = Some(why);
        self.tell("Fetch.failRequest", json!({ "requestId": asked.id, "errorReason": "Aborted" })).await
    }
}

/// What the browser is told that the server answered: a redirect to where the page really stands, else the page.
fn answer(id: &str, asked: &Url, page: &Page) -> Value {
    let mut headers = vec![json!({ "name": "Content-Type", "value": "text/html; charset=utf-8" })];
    if *asked != page.url {
        headers.push(json!({ "name": "Location", "value": page.url.as_str() }));
        return json!({ "requestId": id, "responseCode": 302, "responseHeaders": headers });
    }
    // Which paths they were for is not kept during a visit.
    let cookies = page.cookies.iter().map(|cookie| format!("{cookie}; Path=/"));
    headers.extend(cookies.map(|cookie| json!({ "name": "Set-Cookie", "value": cookie })));
    let body = STANDARD.encode(&page.text);
    json!({ "requestId": id, "responseCode": 200, "responseHeaders": headers, "body": body })
}

/// A lock whose holders never panic in between.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
