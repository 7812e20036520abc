use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use reqwest::Client;
use reqwest::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_LANGUAGE, CONTENT_TYPE, COOKIE, HeaderMap, HeaderValue};
use tokio::sync::Semaphore;
use tokio::time::Instant;
use url::Url;

use super::browser::Pool;
use super::coding::{self, Most};
use super::conditional;
use super::cookies::Cookies;
use super::document::{codings, document, refusal};
use super::error::{FetchError, FetchErrorKind, address, status_sentence, without_credentials};
use super::exchange::{Answer, Bounds, exchange};
use super::guard::Guard;
use super::headers::own_headers;
use super::links;
use super::manners::Manners;
use super::pace::{Pace, Turn, Waits};
use super::page::{About, page};
use super::redirects::{Trail, same_party};
use super::robots::{self, Memory, Robots, Ruling};
use super::today::{Today, Watch};
use super::ways::{Reach, Ways};
use crate::model::{Page, PageRequest, Trust, Validators, same_site};

const ACCEPTED: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,application/rss+xml;q=0.9,\
                        application/atom+xml;q=0.9,application/feed+json;q=0.9,application/json;q=0.8,*/*;q=0.7";
/// An address that answers 429 and names no time is left alone for this long.
const CALM: TimeDelta = TimeDelta::seconds(60);
/// Longest wait for a robots.txt.
const ROBOTS_PATIENCE: Duration = Duration::from_secs(10);
/// Larger answers, and packed ones, are read aside, so that nobody else waits meanwhile.
const SMALL: usize = 256 * 1024;

/// What a request came to.
#[derive(Debug, Clone)]
pub enum Fetched {
    /// The document.
    Page(Box<Page>),
    /// 304: what we hold is current.
    NotModified(Box<Current>),
}

/// What a 304 says of the version that we hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Current {
    /// Validators as the answer refreshed them.
    pub validators: Validators,
    /// Where a permanent redirect (301, 308) says to ask from now on.
    pub moved: Option<Url>,
    /// Until when the server promises that nothing changes (RFC 9111 freshness).
    pub fresh_until: Option<DateTime<Utc>>,
}

/// Makes polite requests. One for the whole daemon; cheap to clone.
#[derive(Debug, Clone)]
pub struct Fetcher {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    manners: Manners,
    pace: Pace,
    robots: Robots,
    /// Within [`Reach::Opened`].
    opened: Ways,
    /// Within [`Reach::Public`].
    public: Ways,
    browser: Pool,
    watch: Arc<Watch>,
    /// Who may read a large or packed answer now.
    aside: Semaphore,
}

impl Fetcher {
    /// A fetcher with these manners. Fails where the User-Agent cannot stand in a header.
    pub fn new(manners: Manners) -> Result<Self, FetchError> {
        Self::made(manners, None)
    }

    /// One that asks again for nothing that it was told before a restart and that still holds.
    pub fn remembering(manners: Manners, memory: Arc<dyn Memory>) -> Result<Self, FetchError> {
        Self::made(manners, Some(memory))
    }

    /// One with these manners, which goes on with what this one knows of hosts.
    pub fn with(&self, manners: Manners) -> Result<Self, FetchError> {
        if manners == self.inner.manners {
            return Ok(self.clone());
        }
        let Inner { pace, robots, watch, .. } = &*self.inner;
        let (pace, robots) = (pace.with(manners.parallel), robots.with(&manners.user_agent));
        Self::knowing(manners, pace, robots, Arc::clone(watch))
    }

    fn made(manners: Manners, memory: Option<Arc<dyn Memory>>) -> Result<Self, FetchError> {
        let (pace, robots) = (Pace::new(manners.parallel), Robots::new(&manners.user_agent, memory));
        Self::knowing(manners, pace, robots, Arc::default())
    }

    fn knowing(manners: Manners, pace: Pace, robots: Robots, watch: Arc<Watch>) -> Result<Self, FetchError> {
        if HeaderValue::from_str(&manners.user_agent).is_err() || manners.user_agent.trim().is_empty() {
            let kind = FetchErrorKind::Refused(format!(
                "`{}` cannot be sent; use plain letters: `Name/1.0 (+https://example.org/contact)`",
                manners.user_agent
            ));
            // The literal is an URL.
            return Err(FetchError::new(&Url::parse("config:user_agent").expect("an URL"), kind));
        }
        let browser = Pool::new(&manners);
        let opened = Ways::new(Guard::new(&manners.allow_private), &manners);
        let public = Ways::new(Guard::new(&[]), &manners);
        let aside = Semaphore::new(std::thread::available_parallelism().map_or(1, usize::from));
        Ok(Self { inner: Arc::new(Inner { manners, pace, robots, opened, public, browser, watch, aside }) })
    }

    /// Which addresses this fetcher calls.
    pub fn guard(&self) -> &Guard {
        self.guard_within(Reach::Opened)
    }

    /// Which of them a request within this reach calls.
    pub(super) fn guard_within(&self, reach: Reach) -> &Guard {
        &self.inner.ways(reach).guard
    }

    /// From now on nothing more is asked: what waits for its turn is told that its host is to be left alone.
    pub fn close(&self) {
        self.inner.pace.close();
    }

    /// How many visits wait for their site's turn: they ask nobody, and keep nobody else from asking.
    pub fn waiting(&self) -> usize {
        self.inner.pace.waiting()
    }

    /// Counts among these, until dropped, one that waits for what another visit to the site brings.
    pub fn waits(&self) -> Waits<'_> {
        self.inner.pace.waits()
    }

    /// What servers that were asked say of the time.
    pub fn today(&self) -> Today {
        self.inner.watch.today()
    }

    /// The client, which calls only what the guard lets through, and its bounds.
    pub(super) fn client(&self) -> Result<(Client, &Manners), FetchErrorKind> {
        let Inner { manners, opened, .. } = &*self.inner;
        Ok((opened.client(&Trust::Machine, manners)?, manners))
    }

    /// The browser, and how it may behave.
    pub(super) fn browser(&self) -> (&Pool, &Manners) {
        (&self.inner.browser, &self.inner.manners)
    }

    /// Asks once, following redirects; the host's next visit may begin when the answer is there.
    pub async fn get(&self, ask: &PageRequest) -> Result<Fetched, FetchError> {
        self.get_within(ask, Reach::Opened, |_| None).await.map(|(fetched, _)| fetched)
    }

    /// Likewise, and follows pages that lead on.
    pub async fn get_led(&self, ask: &PageRequest, leads_on: LeadsOn) -> Result<Fetched, FetchError> {
        self.get_held(ask, leads_on).await.map(|(fetched, _)| fetched)
    }

    /// Likewise, and the host is [`Held`] until whoever asked lets it go. Waits for the host's turn as long as it takes; the time that
    /// [`Manners::total_timeout`] bounds begins after that.
    pub async fn get_held(&self, ask: &PageRequest, leads_on: LeadsOn) -> Result<(Fetched, Held), FetchError> {
        self.get_within(ask, Reach::Opened, leads_on).await
    }

    /// Likewise, within a reach: every hop of it, and what robots.txt is read for it.
    pub(super) async fn get_within(
        &self,
        ask: &PageRequest,
        reach: Reach,
        leads_on: LeadsOn,
    ) -> Result<(Fetched, Held), FetchError> {
        let start = address(&ask.url);
        let own = own_headers(ask).map_err(|kind| FetchError::new(&start, kind))?;
        let mut visit = Visit {
            trail: Trail::new(&start, self.inner.manners.max_redirects),
            url: start.clone(),
            reach,
            cookies: Cookies::default(),
            turn: None,
            left: self.inner.manners.total_timeout,
        };
        loop {
            let answered = self.inner.hop(&mut visit, ask, &own, &start).await;
            let (answer, conditional) = answered.map_err(|failed| failed.at(&visit.url))?;
            let fresh = visit.cookies.take(&visit.url, &answer.headers);
            let status = answer.status;
            let lost = |url: &Url, kind| FetchError { status: Some(status), ..FetchError::new(url, kind) };
            match visit.trail.next(&visit.url, status, &answer.headers, fresh) {
                Ok(Some(next)) => {
                    visit.url = next;
                    continue;
                }
                Ok(None) => {}
                Err(kind) => return Err(lost(&visit.url, kind)),
            }
            let fetched = self.inner.judge(&visit, ask, answer, conditional).await?;
            let Fetched::Page(page) = &fetched else { return Ok((fetched, Held { _turn: None })) };
            let Some(to) = leads_on(page) else { return Ok((fetched, Held { _turn: visit.turn })) };
            let next = visit.trail.lead_on(&visit.url, &to, fresh);
            visit.url = next.map_err(|kind| lost(&visit.url, kind))?;
        }
    }
}

/// Where a page leads that says nothing else, as it is written there.
pub type LeadsOn = fn(&Page) -> Option<String>;

/// A host's turn, kept from others until dropped: who is behind with reading pages asks for no more of them.
#[derive(Debug)]
pub struct Held {
    _turn: Option<Turn>,
}

/// One request on its way through the hops.
struct Visit {
    url: Url,
    reach: Reach,
    trail: Trail,
    cookies: Cookies,
    turn: Option<Turn>,
    left: Duration,
}

/// A failure before it is known where.
struct Failed {
    kind: FetchErrorKind,
    retry_at: Option<DateTime<Utc>>,
}

impl Failed {
    fn at(self, url: &Url) -> FetchError {
        FetchError { retry_at: self.retry_at, ..FetchError::new(url, self.kind) }
    }
}

impl From<FetchErrorKind> for Failed {
    fn from(kind: FetchErrorKind) -> Self {
        Self { kind, retry_at: None }
    }
}

impl Inner {
    /// One hop: may it, when, does robots.txt mind, ask. Gives the answer, and whether the request was conditional.
    async fn hop(
        &self,
        visit: &mut Visit,
        ask: &PageRequest,
        own: &HeaderMap,
        start: &Url,
    ) -> Result<(Answer, bool), Failed> {
        let url = visit.url.clone();
        let ways = self.ways(visit.reach);
        ways.guard.check(&url).map_err(|refusal| FetchErrorKind::Refused(refusal.0))?;
        self.take_turn(visit).await?;
        let trust = if same_site(&ask.url, &url) { &ask.trust } else { &Trust::Machine };
        self.heed_robots(&url, trust, visit).await?;
        let is_own = same_party(start, &url);
        let mut headers = if is_own { own.clone() } else { HeaderMap::new() };
        for (name, value) in [(ACCEPT, ACCEPTED), (ACCEPT_ENCODING, coding::ACCEPTED)] {
            headers.entry(name).or_insert(HeaderValue::from_static(value));
        }
        if let Some(cookie) = visit.cookies.header(&url, headers.get(COOKIE)) {
            headers.insert(COOKIE, cookie);
        }
        let conditional = conditional::ask(ask, &url, &mut headers);
        let began = Instant::now();
        // Credentials of the address become an `Authorization` header in the client, where the source's own
        // headers name none.
        let mut dialled = url;
        if is_own {
            let _ = dialled.set_username(ask.url.username());
            let _ = dialled.set_password(ask.url.password());
        }
        let next = visit.turn.as_ref().map_or(began, Turn::next);
        let bounds = Bounds { next, ..self.bounds(visit.left) };
        let way = ways.to(&dialled, trust, &self.manners)?;
        let answer = exchange(way, dialled, headers, bounds).await.map_err(|kind| match kind {
            // The hops before this one had their share of it.
            FetchErrorKind::Timeout(spent) if spent == visit.left => {
                FetchErrorKind::Timeout(self.manners.total_timeout)
            }
            kind => kind,
        })?;
        visit.left = visit.left.saturating_sub(began.elapsed());
        self.watch.compare(&answer.headers, Reach::of(answer.peer) == Reach::Public, Utc::now());
        Ok((answer, conditional))
    }

    fn ways(&self, reach: Reach) -> &Ways {
        match reach {
            Reach::Opened => &self.opened,
            Reach::Public => &self.public,
        }
    }

    fn bounds(&self, total: Duration) -> Bounds {
        let (connect, max_bytes) = (self.manners.connect_timeout, self.manners.max_bytes);
        Bounds { connect, total, max_bytes, cut: false, next: Instant::now() }
    }

    /// Goes on with the present turn, or gives it back and waits for that of another site.
    async fn take_turn(&self, visit: &mut Visit) -> Result<(), Failed> {
        if visit.turn.as_ref().is_some_and(|turn| turn.covers(&visit.url, &self.manners)) {
            return Ok(());
        }
        // Known to be forbidden: nobody's turn need be spent on it.
        if self.obeys_robots(&visit.url)
            && let Some(ruling) = self.robots.place(&visit.url).get()
        {
            check(ruling, &visit.url, true)?;
        }
        // Given back first: two visits that each hold what the other wants would wait for ever.
        visit.turn = None;
        let turn = self.pace.enter(&visit.url, &self.manners, &self.ways(visit.reach).guard).await;
        visit.turn =
            Some(turn.map_err(|until| Failed { kind: FetchErrorKind::Waiting(until), retry_at: Some(until) })?);
        Ok(())
    }

    fn obeys_robots(&self, url: &Url) -> bool {
        let rule = url.host_str().and_then(|host| self.manners.rule(host));
        rule.and_then(|rule| rule.robots).unwrap_or(self.manners.respect_robots)
    }

    async fn heed_robots(&self, url: &Url, trust: &Trust, visit: &Visit) -> Result<(), Failed> {
        if !self.obeys_robots(url) {
            return Ok(());
        }
        let place = self.robots.place(url);
        // What the guard refuses says nothing of the site, and is not kept: within another reach it may be asked.
        let mut remembered = true;
        let read = || {
            remembered = false;
            self.read_robots(url, trust, self.ways(visit.reach))
        };
        let ruling = place.get_or_try_init(read).await?;
        if let (Some(turn), Some(delay)) = (&visit.turn, ruling.delay()) {
            turn.delay(delay);
        }
        check(ruling, url, remembered)
    }

    /// Reads an origin's robots.txt, within the visit for which it is wanted.
    async fn read_robots(&self, page: &Url, trust: &Trust, ways: &Ways) -> Result<Ruling, FetchErrorKind> {
        if let Some(ruling) = self.robots.recall(page).await {
            return Ok(ruling);
        }
        let Ok(mut url) = page.join("/robots.txt") else { return Ok(Ruling::all()) };
        let mut trail = Trail::new(&url, robots::MAX_REDIRECTS);
        let patience = ROBOTS_PATIENCE.min(self.manners.total_timeout);
        let bounds = Bounds { max_bytes: robots::MAX_BYTES, cut: true, ..self.bounds(patience) };
        loop {
            if ways.guard.check(&url).is_err() {
                return Ok(Ruling::all());
            }
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT, HeaderValue::from_static("text/plain,*/*;q=0.8"));
            headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(coding::ACCEPTED));
            let trust = if same_site(page, &url) { trust } else { &Trust::Machine };
            let way = match ways.to(&url, trust, &self.manners) {
                Ok(way) => way,
                Err(kind) => return Ok(Ruling::unknown(kind, None)),
            };
            let answer = match exchange(way, url.clone(), headers, bounds).await {
                Ok(answer) => answer,
                Err(FetchErrorKind::Refused(_)) if url.origin() != page.origin() => return Ok(Ruling::all()),
                Err(kind @ FetchErrorKind::Refused(_)) => return Err(kind),
                Err(kind) => return Ok(Ruling::unknown(kind, None)),
            };
            match trail.next(&url, answer.status, &answer.headers, false) {
                Ok(Some(next)) => url = next,
                Err(_) => return Ok(Ruling::all()),
                Ok(None) => {
                    let (ruling, text) = self.rule(answer);
                    self.robots.keep(page, &ruling, text.as_deref()).await;
                    return Ok(ruling);
                }
            }
        }
    }

    /// RFC 9309 §2.3.1: what the answer to robots.txt means, and its text. A 429 is heeded as it is meant.
    fn rule(&self, answer: Answer) -> (Ruling, Option<Bytes>) {
        let ruling = match answer.status {
            200..=299 => {
                let most = Most::first(robots::MAX_BYTES);
                match coding::unpack(answer.body, &codings(&answer.headers), most) {
                    Ok(body) => return (self.robots.read(&body), Some(body)),
                    Err(kind) => Ruling::unknown(FetchErrorKind::Network(unread(&kind.to_string())), None),
                }
            }
            511 => Ruling::unknown(FetchErrorKind::Here(unread(&status_sentence(511))), None),
            status @ (429 | 500..) => {
                let retry_at = conditional::retry_at(&answer.headers, Utc::now());
                Ruling::unknown(FetchErrorKind::Network(unread(&status_sentence(status))), retry_at)
            }
            _ => Ruling::all(),
        };
        (ruling, None)
    }

    /// What an answer that is no redirect comes to.
    async fn judge(
        &self,
        visit: &Visit,
        ask: &PageRequest,
        answer: Answer,
        conditional: bool,
    ) -> Result<Fetched, FetchError> {
        let now = Utc::now();
        let status = answer.status;
        let retry_at = conditional::retry_at(&answer.headers, now);
        if let Some(turn) = &visit.turn {
            match (status, retry_at) {
                (429, at) => turn.strike(&visit.url, at.unwrap_or(now + CALM)),
                (503, Some(at)) if at > now => turn.strike(&visit.url, at),
                _ => turn.calm(),
            }
        }
        if status == 304 && conditional {
            let current = Current {
                validators: conditional::refreshed(&ask.validators, &answer.headers),
                moved: visit.trail.moved(),
                fresh_until: conditional::fresh_until(&answer.headers, now),
            };
            return Ok(Fetched::NotModified(Box::new(current)));
        }
        let fail = |kind| FetchError { retry_at, status: Some(status), ..FetchError::new(&visit.url, kind) };
        if let Some(kind) = refusal(status, &answer.headers) {
            return Err(fail(kind));
        }
        let text = |name| answer.headers.get(name).map(|v| String::from_utf8_lossy(v.as_bytes()).into_owned());
        let about = About {
            status,
            moved: visit.trail.moved(),
            content_type: text(CONTENT_TYPE),
            content_language: text(CONTENT_LANGUAGE),
            validators: Validators {
                of: Some(&visit.url).filter(|url| **url != address(&ask.url)).cloned(),
                ..conditional::validators(&answer.headers)
            },
            announced: links::announced(&answer.headers, &visit.url),
            fresh_until: conditional::fresh_until(&answer.headers, now),
            cookies: visit.cookies.of(&visit.url),
            peer: answer.peer,
        };
        let (asked, url, max) = (without_credentials(&ask.url), visit.url.clone(), self.manners.max_bytes);
        let codings = codings(&answer.headers);
        let plain = codings.is_empty() && !coding::is_gzip(&answer.body) && answer.body.len() <= SMALL;
        let make = move || {
            let body = document(answer.body, &codings, about.content_type.as_deref(), max)?;
            Ok(page(asked, url, about, body, now))
        };
        let made = if plain {
            make()
        } else {
            // More threads at it than processors would do no more, and each keeps memory of its own.
            let _turn = self.aside.acquire().await;
            let aside = tokio::task::spawn_blocking(make).await;
            aside.unwrap_or_else(|_| Err(FetchErrorKind::Content("the answer could not be decoded".to_owned())))
        };
        made.map(|page| Fetched::Page(Box::new(page))).map_err(fail)
    }
}

fn unread(why: &str) -> String {
    format!("robots.txt cannot be read, so that nothing else may be asked for: {why}")
}

fn check(ruling: &Ruling, url: &Url, remembered: bool) -> Result<(), Failed> {
    ruling.check(url, remembered).map_err(|barred| Failed { kind: barred.kind, retry_at: barred.retry_at })
}
