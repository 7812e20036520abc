//! What `[defaults]`, `[recipes.x]` and `[sources.x]` have in common, as layers: the nearest wins, key by key.

use std::path::Path;

use crate::fetch::check_authorities;
use crate::model::{
    ArticleMode, ArticleRules, Browsing, Filter, Kind, ListingRules, Render, Schedule, Timezone, Trust,
};

use super::browsing;
use super::complaint::{At, Complaint, Place};
use super::filter;
use super::secret::{contents, secret};
use super::section::{Section, Value};
use super::words;

/// Everything that a layer may say; absent where it is silent.
#[derive(Debug, Clone, Default)]
pub(super) struct Layer {
    pub kind: Option<At<Kind>>,
    pub schedule: Option<At<Schedule>>,
    pub timezone: Option<At<Timezone>>,
    pub language: Option<At<String>>,
    pub tags: Option<Vec<At<String>>>,
    pub render: Option<At<Render>>,
    pub browsing: Option<At<Browsing>>,
    pub article: Option<At<ArticleMode>>,
    pub headers: Vec<(String, String)>,
    pub trust: Option<At<Trust>>,
    pub listing: ListingRules,
    pub article_rules: ArticleRules,
    pub filters: Option<Vec<Filter>>,
    pub identity: Option<At<String>>,
    pub min_items: Option<At<u64>>,
    pub quiet_after: Option<At<u64>>,
    pub push: Option<At<bool>>,
    pub enabled: Option<At<bool>>,
    pub apart: Option<At<bool>>,
    /// Where each selector stands: `listing.item`, its text, its place.
    pub selectors: Vec<(String, String, Place)>,
}

/// Keys of inner tables that people put one table too high.
pub(super) const BELONGS_DEEPER: &[(&str, &str)] = &[
    ("container", "[….listing]"),
    ("item", "[….listing]"),
    ("items", "[….listing], as `item`"),
    ("link", "[….listing]"),
    ("date", "[….listing] or [….article]"),
    ("summary", "[….listing]"),
    ("content", "[….listing]"),
    ("category", "[….listing]"),
    ("image", "[….listing] or [….article]"),
    ("author", "[….listing] or [….article]"),
    ("next", "[….listing]"),
    ("pages", "[….listing]"),
    ("body", "[….article]"),
    ("remove", "[….article]"),
    ("wait", "[….browser]"),
    ("steps", "[….browser]"),
    ("keep", "[[….filter]]"),
    ("drop", "[[….filter]]"),
    ("rename", "[[….filter]]"),
    ("max_age", "[[….filter]]"),
    ("cap", "[[….filter]]"),
    ("min_items", "[….expect]"),
    ("quiet_after", "[….expect]"),
    ("headers", "[….request]"),
    ("tls_verify", "[….request]"),
    ("tls_ca", "[….request]"),
    ("rate", "[hosts.\"…\"]"),
    ("robots", "[hosts.\"…\"]"),
    ("parallel", "[hosts.\"…\"]"),
    ("user_agent", "[fetch]"),
    ("limit", "[feeds.…]"),
    ("from", "[feeds.…]"),
];

impl Layer {
    /// Takes a layer's keys out of a table; the caller takes its own before and finishes it.
    pub fn read(section: &mut Section<'_>, folder: &Path) -> Self {
        let mut layer = Self {
            kind: section.word("kind", KINDS),
            schedule: section.read("schedule", words::schedule),
            timezone: section.read("timezone", words::timezone),
            language: section.read("language", words::language),
            render: section.word("render", RENDERS),
            push: section.flag("push"),
            enabled: section.flag("enabled"),
            apart: section.word("dedupe", &[("on", false), ("off", true)]),
            ..Self::default()
        };
        layer.browsing = section.take("browser").and_then(|value| browsing::read(&value));
        layer.tags = section.take("tags").and_then(|value| tags(&value));
        if let Some(mut request) = section.section("request") {
            layer.headers = headers(&mut request, folder);
            layer.trust = trust(&mut request, folder);
            request.finish(&[]);
        }
        if let Some(listing) = section.section("listing") {
            layer.read_listing(listing);
        }
        // A word says whether article pages are read; a table says how.
        match section.take("article") {
            Some(value) if value.as_text().is_some() => layer.article = value.word(MODES),
            Some(value) => match value.as_section() {
                Some(article) => layer.read_article(article),
                None => value.refuse_type("a word or a table", "\"auto\""),
            },
            None => {}
        }
        if let Some(value) = section.take("filter") {
            layer.filters = filter::read(&value);
        }
        if let Some(mut identity) = section.section("identity") {
            layer.identity = identity.read("url", words::identity);
            identity.finish(&[]);
        }
        if let Some(mut expect) = section.section("expect") {
            layer.min_items = expect.number("min_items", 1..1_000_000);
            layer.quiet_after = expect
                .read("quiet_after", super::measures::some_duration)
                .map(|d| At { value: d.value.as_secs(), place: d.place });
            expect.finish(&[]);
        }
        layer
    }

    fn read_listing(&mut self, mut section: Section<'_>) {
        self.listing = ListingRules {
            container: self.selector(&mut section, "listing", "container"),
            item: self.selector(&mut section, "listing", "item"),
            link: self.selectors(&mut section, "listing", "link"),
            title: self.selectors(&mut section, "listing", "title"),
            date: self.selectors(&mut section, "listing", "date"),
            summary: self.selectors(&mut section, "listing", "summary"),
            content: self.selectors(&mut section, "listing", "content"),
            id: self.selectors(&mut section, "listing", "id"),
            image: self.selectors(&mut section, "listing", "image"),
            author: self.selectors(&mut section, "listing", "author"),
            category: self.selectors(&mut section, "listing", "category"),
            next: self.selector(&mut section, "listing", "next"),
            // A hundred pages of one list is no longer watching it.
            pages: section.number("pages", 1..101).map(|n| u32::try_from(n.value).unwrap_or(1)),
        };
        section.finish(&[("body", "[….article]"), ("remove", "[….article]"), ("url", "the source itself")]);
    }

    fn read_article(&mut self, mut section: Section<'_>) {
        self.article = section.word("mode", MODES);
        self.article_rules = ArticleRules {
            title: self.selectors(&mut section, "article", "title"),
            body: self.selectors(&mut section, "article", "body"),
            remove: self.selectors(&mut section, "article", "remove"),
            date: self.selectors(&mut section, "article", "date"),
            author: self.selectors(&mut section, "article", "author"),
            image: self.selectors(&mut section, "article", "image"),
        };
        section.finish(&[("item", "[….listing]"), ("container", "[….listing]"), ("summary", "[….listing]")]);
    }

    fn selector(&mut self, section: &mut Section<'_>, table: &str, key: &'static str) -> Option<String> {
        let text = section.text(key)?;
        self.selectors.push((format!("{table}.{key}"), text.value.clone(), text.place));
        Some(text.value)
    }

    fn selectors(&mut self, section: &mut Section<'_>, table: &str, key: &'static str) -> Vec<String> {
        let texts = section.texts(key).unwrap_or_default();
        for text in &texts {
            self.selectors.push((format!("{table}.{key}"), text.value.clone(), text.place.clone()));
        }
        texts.into_iter().map(|t| t.value).collect()
    }

    /// This layer over a farther one.
    pub fn over(self, far: &Layer) -> Self {
        let nearest = |near: Vec<String>, far: &Vec<String>| if near.is_empty() { far.clone() } else { near };
        let mut headers = self.headers;
        for (name, value) in &far.headers {
            if headers.iter().all(|(near, _)| !near.eq_ignore_ascii_case(name)) {
                headers.push((name.clone(), value.clone()));
            }
        }
        let mut selectors = self.selectors;
        selectors.extend(far.selectors.iter().cloned());
        let (list, far_list) = (self.listing, &far.listing);
        let (text, far_text) = (self.article_rules, &far.article_rules);
        Self {
            kind: self.kind.or_else(|| far.kind.clone()),
            schedule: self.schedule.or_else(|| far.schedule.clone()),
            timezone: self.timezone.or_else(|| far.timezone.clone()),
            language: self.language.or_else(|| far.language.clone()),
            tags: self.tags.or_else(|| far.tags.clone()),
            render: self.render.or_else(|| far.render.clone()),
            browsing: self.browsing.or_else(|| far.browsing.clone()),
            article: self.article.or_else(|| far.article.clone()),
            headers,
            trust: self.trust.or_else(|| far.trust.clone()),
            listing: ListingRules {
                container: list.container.or_else(|| far_list.container.clone()),
                item: list.item.or_else(|| far_list.item.clone()),
                link: nearest(list.link, &far_list.link),
                title: nearest(list.title, &far_list.title),
                date: nearest(list.date, &far_list.date),
                summary: nearest(list.summary, &far_list.summary),
                content: nearest(list.content, &far_list.content),
                id: nearest(list.id, &far_list.id),
                image: nearest(list.image, &far_list.image),
                author: nearest(list.author, &far_list.author),
                category: nearest(list.category, &far_list.category),
                next: list.next.or_else(|| far_list.next.clone()),
                pages: list.pages.or(far_list.pages),
            },
            article_rules: ArticleRules {
                title: nearest(text.title, &far_text.title),
                body: nearest(text.body, &far_text.body),
                remove: nearest(text.remove, &far_text.remove),
                date: nearest(text.date, &far_text.date),
                author: nearest(text.author, &far_text.author),
                image: nearest(text.image, &far_text.image),
            },
            filters: self.filters.or_else(|| far.filters.clone()),
            identity: self.identity.or_else(|| far.identity.clone()),
            min_items: self.min_items.or_else(|| far.min_items.clone()),
            quiet_after: self.quiet_after.or_else(|| far.quiet_after.clone()),
            push: self.push.or_else(|| far.push.clone()),
            enabled: self.enabled.or_else(|| far.enabled.clone()),
            apart: self.apart.or_else(|| far.apart.clone()),
            selectors,
        }
    }
}

const KINDS: &[(&str, Kind)] = &[
    ("auto", Kind::Auto),
    ("listing", Kind::Listing),
    ("feed", Kind::Feed),
    ("sitemap", Kind::Sitemap),
    ("json", Kind::Json),
    ("page", Kind::Page),
];

const RENDERS: &[(&str, Render)] = &[("http", Render::Http), ("browser", Render::Browser), ("auto", Render::Auto)];

const MODES: &[(&str, ArticleMode)] =
    &[("auto", ArticleMode::Auto), ("always", ArticleMode::Always), ("never", ArticleMode::Never)];

/// Tags are words without the signs that `from` gives a meaning.
fn tags(value: &Value<'_>) -> Option<Vec<At<String>>> {
    let members = if value.as_text().is_some() { vec![value.clone()] } else { value.list()? };
    Some(members.iter().filter_map(|member| member.read(words::tag)).collect())
}

/// Whose word is taken for who the servers are: `tls_verify`, `tls_ca`.
fn trust(request: &mut Section<'_>, folder: &Path) -> Option<At<Trust>> {
    let findings = request.findings;
    let (verify, file) = (request.flag("tls_verify"), request.text("tls_ca"));
    let Some(file) = file else {
        let trust = |verify: bool| if verify { Trust::Machine } else { Trust::Anyone };
        return verify.map(|verify| At { value: trust(verify.value), place: verify.place });
    };
    if verify.is_some_and(|verify| !verify.value) {
        findings.complain(
            Complaint::error(&file.place, "with `tls_verify = false` anybody is believed, and no authority asked for")
                .remedy("keep one of the two"),
        );
    }
    let pem = contents(&file, folder, findings)?;
    if let Err(why) = check_authorities(&pem) {
        findings.complain(
            Complaint::error(&file.place, format!("cannot take `{}`: {why}", file.value))
                .remedy("name a file of certificates in PEM (`-----BEGIN CERTIFICATE-----`)"),
        );
        return None;
    }
    Some(At { value: Trust::Also(pem.into()), place: file.place })
}

fn headers(request: &mut Section<'_>, folder: &Path) -> Vec<(String, String)> {
    let Some(section) = request.section("headers") else { return Vec::new() };
    let findings = section.findings;
    let mut headers = Vec::new();
    for value in section.entries() {
        if http::HeaderName::from_bytes(value.key.as_bytes()).is_err() {
            findings.complain(
                Complaint::error(&value.key_place, format!("`{}` cannot be the name of a header", value.key))
                    .remedy("a header's name has letters, digits and `-`, like `Accept-Language`"),
            );
        }
        let Some(secret) = secret(&value, folder) else { continue };
        // The value itself is not shown: it may be a password.
        if http::HeaderValue::from_str(&secret.value).is_err() {
            findings.complain(
                Complaint::error(&secret.place, format!("the value of `{}` cannot be sent as a header", value.path))
                    .remedy("it may have no line breaks or control characters"),
            );
        }
        headers.push((value.key.to_owned(), secret.value));
    }
    headers
}
