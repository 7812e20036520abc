//! `courant preview`: every stage shown, nothing stored.

use std::fmt::Write;
use std::path::Path;
use std::time::Instant;

use chrono::{DateTime, Utc};
use clap::Args;
use serde_json::json;
use url::Url;

use super::scout::scout;
use super::{Failure, inspect, load, print, runtime};
use crate::config::Config;
use crate::daemon;
use crate::dates::{Moment, Precision};
use crate::fetch::{Fetched, Fetcher, Manners};
use crate::harvest::{Part, article_wants, browsing, list_wants};
use crate::model::{Article, Draft, Kind, Listing, Page, PageKind, Problem, Read, Render, Source, SourceId, Teaser};
use crate::normalize::{self, Surroundings};
use crate::read::{CompiledRules, leads_on, read_article, read_listing};

/// Show what Courant makes of a page: its feeds, its list and its first article; nothing is stored
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// An address, a file, or the id of a source in the configuration, whose rules then hold
    #[arg(value_name = "URL|FILE|SOURCE")]
    what: String,
    /// The file's own address, for relative links
    #[arg(long)]
    url: Option<Url>,
    /// Print JSON, as `inspect` does
    #[arg(long)]
    json: bool,
    /// Say why: every group of links with what speaks for it; who said what for each field of the article, and who
    /// was believed
    #[arg(long)]
    explain: bool,
    /// Look at it in Chromium, as `render = "browser"` does
    #[arg(long)]
    browser: bool,
}

/// How many paragraphs of an article are shown.
const PARAGRAPHS: usize = 4;

pub(super) fn run(arguments: Arguments, path: &Path) -> Result<(), Failure> {
    // Without a configuration any page can be looked at all the same.
    let config = if path.exists() { Some(load(path)?) } else { None };
    let mut source = chosen(&arguments, config.as_ref())?;
    if arguments.browser {
        source.render = Render::Browser;
    }
    let rules = CompiledRules::compile(&source.rules)
        .map_err(|errors| Failure::Usage(errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")))?;
    let text = runtime()?.block_on(async {
        let eye = Eye::open(config.as_ref()).await?;
        eye.look(&arguments, &source, &rules).await
    })?;
    print(&text)
}

/// The source that was named, or one made of the address.
fn chosen(arguments: &Arguments, config: Option<&Config>) -> Result<Source, Failure> {
    let what = arguments.what.as_str();
    if let Some(source) = config.and_then(|c| c.sources.iter().find(|s| s.id.as_str() == what)) {
        return Ok(Source::clone(source));
    }
    if Path::new(what).is_file() {
        let placeholder = || Url::parse("http://page.invalid/").map_err(|e| Failure::Usage(e.to_string()));
        return Ok(Source::at(arguments.url.clone().map_or_else(placeholder, Ok)?));
    }
    match Url::parse(what) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => Ok(Source::at(url)),
        _ if SourceId::new(what).is_ok() => Err(Failure::Usage(format!(
            "`{what}` is no file, no address beginning with http:// or https://, and no source in the configuration"
        ))),
        _ => Err(Failure::Usage(format!("`{what}` is no file and no address beginning with http:// or https://"))),
    }
}

/// What looks at pages.
struct Eye {
    fetcher: Fetcher,
    /// The demo site, served while we look.
    _demo: Option<tokio::task::JoinHandle<std::io::Result<()>>>,
    _stop: tokio::sync::watch::Sender<bool>,
}

impl Eye {
    async fn open(config: Option<&Config>) -> Result<Self, Failure> {
        let (stop, stopped) = tokio::sync::watch::channel(false);
        let demo = match config {
            // A running daemon serves it already, on the very port that we would take.
            Some(config) => daemon::demo_site(config, stopped).await.unwrap_or_default(),
            None => None,
        };
        let manners = config.map_or_else(Manners::default, |c| c.manners.clone());
        let fetcher = Fetcher::new(manners).map_err(|e| Failure::Work(e.to_string()))?;
        Ok(Self { fetcher, _demo: demo, _stop: stop })
    }

    /// Looks at the page, and at its first article where it lists any.
    async fn look(&self, arguments: &Arguments, source: &Source, rules: &CompiledRules) -> Result<String, Failure> {
        let now = Utc::now();
        let clock = Instant::now();
        let from_file = Path::new(&arguments.what).is_file();
        let mut page = if from_file {
            let bytes = inspect::read_bytes(Path::new(&arguments.what)).map_err(Failure::Usage)?;
            crate::fetch::saved_page(source.url.clone(), None, bytes.into(), now)
        } else {
            let page = self.get(&source.url, source).await?;
            if source.render == Render::Browser { self.render(page, source, Part::List).await? } else { page }
        };
        let mut listed = read_listing(&page, source.kind, rules);
        if !from_file && list_wants(source, &listed.value) {
            page = self.render(page, source, Part::List).await?;
            listed = read_listing(&page, source.kind, rules);
        }
        let mut out = format!(
            "{}\n  {} {}, {}, {} bytes in {:.2} s\n",
            page.url,
            page.status,
            page.media_type.as_deref().unwrap_or("no media type"),
            page.charset,
            page.body.len(),
            clock.elapsed().as_secs_f64()
        );
        let is_article = source.kind == Kind::Page
            || (listed.value.page_kind == PageKind::Article
                && source.kind == Kind::Auto
                && listed.value.teasers.is_empty());
        if is_article {
            let read = read_article(&page, rules);
            if arguments.json {
                let mut answer = inspect::article(&arguments.what, &page, &read.value);
                if arguments.explain {
                    answer["evidence"] = inspect::witnesses(&page, rules, &read.value);
                }
                return Ok(pretty(&answer));
            }
            article_text(&mut out, &page.url, &Teaser::default(), &read, source, now);
            if arguments.explain {
                witnesses(&mut out, &inspect::witnesses(&page, rules, &read.value));
            }
            return Ok(out);
        }
        if source.kind == Kind::Auto && !source.rules.listing.find_teasers() && !from_file {
            // As the daemon does: a feed of the same list is read in the page's place.
            let found = scout(&self.fetcher, &page, std::mem::take(&mut listed.value), false).await;
            for sentence in &found.said {
                row(&mut out, "found", Some(sentence));
            }
            listed.value = found.listing;
        }
        if arguments.json {
            let mut answer = inspect::listing(&arguments.what, &page, &listed.value);
            if arguments.explain {
                answer["groups"] = inspect::weighed(&page);
            }
            return Ok(pretty(&answer));
        }
        let around = Surroundings::of(&listed.value);
        listing_text(&mut out, &listed, &around, source, now);
        if arguments.explain {
            groups(&mut out, &inspect::weighed(&page));
        }
        let first = listed.value.teasers.iter().find(|t| t.link.is_some());
        if let Some((teaser, link)) = first.and_then(|t| Some((t, t.link.as_ref()?)))
            && !from_file
        {
            out.push_str("\nThe first article\n");
            match self.article(link, source, rules).await {
                Ok((page, read)) => {
                    article_text(&mut out, &page.url, teaser, &read, source, now);
                    if arguments.explain {
                        witnesses(&mut out, &inspect::witnesses(&page, rules, &read.value));
                    }
                }
                Err(error) => {
                    let _ = writeln!(out, "  {error}");
                }
            }
        }
        Ok(out)
    }

    async fn article(
        &self,
        url: &Url,
        source: &Source,
        rules: &CompiledRules,
    ) -> Result<(Page, Read<Article>), Failure> {
        let page = self.get(url, source).await?;
        let read = read_article(&page, rules);
        if !article_wants(source, &read.value) {
            return Ok((page, read));
        }
        let page = self.render(page, source, Part::Article).await?;
        let read = read_article(&page, rules);
        Ok((page, read))
    }

    async fn render(&self, page: Page, source: &Source, part: Part) -> Result<Page, Failure> {
        let ask = source.request(page.asked.clone());
        let shown = self.fetcher.render(page, &ask, &browsing(source, part)).await;
        shown.map_err(|error| Failure::Work(error.to_string()))
    }

    async fn get(&self, url: &Url, source: &Source) -> Result<Page, Failure> {
        match self.fetcher.get_led(&source.request(url.clone()), leads_on).await {
            Ok(Fetched::Page(page)) => Ok(*page),
            Ok(Fetched::NotModified(_)) => {
                Err(Failure::Work(format!("{url}: answered 304 to a question without validators")))
            }
            Err(error) => Err(Failure::Work(error.to_string())),
        }
    }
}

fn listing_text(out: &mut String, read: &Read<Listing>, around: &Surroundings, source: &Source, now: DateTime<Utc>) {
    let listing = &read.value;
    let method = json!(listing.method);
    let method = method.as_str().map_or_else(|| method.to_string(), str::to_owned);
    row(out, "title", listing.title.as_deref());
    row(out, "language", around.language.as_deref());
    row(out, "found by", Some(&format!("{method}, confidence {:.2}", listing.confidence)));
    for feed in &listing.feeds {
        row(out, "feed", Some(feed.url.as_str()));
    }
    row(out, "next page", listing.next.as_ref().map(Url::as_str));
    problems(out, &read.problems);
    let _ = writeln!(out, "\n{} teasers", listing.teasers.len());
    for (place, teaser) in listing.teasers.iter().enumerate() {
        let dates = normalize::moments(teaser, None, around, source, now);
        let draft = normalize::draft(teaser, None, around, source, now);
        let title = draft.as_ref().map_or("(no title: left out)", |d| d.title.as_str());
        let _ = writeln!(out, "{:>4}  {:<16}  {title}", place + 1, day(dates.published));
        if let Some(link) = &teaser.link {
            let _ = writeln!(out, "{:24}{link}", "");
        }
    }
}

fn article_text(
    out: &mut String,
    url: &Url,
    teaser: &Teaser,
    read: &Read<Article>,
    source: &Source,
    now: DateTime<Utc>,
) {
    let article = &read.value;
    let around = Surroundings::default();
    let teaser = Teaser { link: Some(url.clone()), ..teaser.clone() };
    let dates = normalize::moments(&teaser, Some(article), &around, source, now);
    let draft: Option<Draft> = normalize::draft(&teaser, Some(article), &around, source, now);
    row(out, "address", Some(url.as_str()));
    row(out, "title", draft.as_ref().map(|d| d.title.as_str()));
    let people = |d: &Draft| d.authors.iter().map(|a| a.name.clone()).collect::<Vec<_>>().join(", ");
    row(out, "authors", draft.as_ref().map(people).filter(|p| !p.is_empty()).as_deref());
    row(out, "published", dates.published.map(|m| day(Some(m))).as_deref());
    row(out, "section", article.section.as_deref());
    row(out, "site", article.site.as_deref());
    row(out, "language", draft.as_ref().and_then(|d| d.language.as_deref()));
    row(out, "image", article.picture.as_ref().map(|p| p.url.as_str()));
    row(out, "confidence", Some(&format!("{:.2}", article.confidence)));
    problems(out, &read.problems);
    let Some(text) = &article.body_text else {
        out.push_str("\n  no article text was found\n");
        return;
    };
    let paragraphs: Vec<&str> = text.split("\n\n").collect();
    for paragraph in paragraphs.iter().take(PARAGRAPHS) {
        let _ = writeln!(out, "\n  {paragraph}");
    }
    if paragraphs.len() > PARAGRAPHS {
        let _ = writeln!(out, "\n  … {} more paragraphs", paragraphs.len() - PARAGRAPHS);
    }
}

/// Every group of links: its score, how many it has, its first, and what spoke for it.
fn groups(out: &mut String, groups: &serde_json::Value) {
    out.push_str("\nGroups of links (* taken)\n");
    for group in groups.as_array().into_iter().flatten() {
        let links = group["links"].as_array().map_or(&[][..], Vec::as_slice);
        let taken = if group["taken"] == true { '*' } else { ' ' };
        let first = links.first().and_then(|link| link["title"].as_str()).unwrap_or_default();
        let score = group["score"].as_f64().unwrap_or_default();
        let _ = writeln!(out, " {taken}{score:>7.2}  {:>3} links, the first: {first}", links.len());
        let evidence = group["evidence"].as_object().into_iter().flatten();
        let evidence = evidence.map(|(name, value)| (name, value.as_f64().unwrap_or_default()));
        let evidence: Vec<String> =
            evidence.filter(|(_, value)| *value != 0.0).map(|(name, value)| format!("{name} {value:.2}")).collect();
        let _ = writeln!(out, "{:11}{}", "", evidence.join(", "));
    }
}

/// Who said what for each field of an article.
fn witnesses(out: &mut String, fields: &serde_json::Value) {
    out.push_str("\nEvidence (* believed)\n");
    for (field, said) in fields.as_object().into_iter().flatten() {
        for witness in said.as_array().into_iter().flatten() {
            let taken = if witness["taken"] == true { '*' } else { ' ' };
            let weight = witness["weight"].as_f64().map(|w| format!("{w:.2}")).unwrap_or_default();
            let from = witness["from"].as_str().unwrap_or_default();
            let value = witness["value"].as_str().unwrap_or_default();
            let _ = writeln!(out, " {taken}{field:<10}{weight:>5}  {from}: {value}");
        }
    }
}

fn row(out: &mut String, name: &str, value: Option<&str>) {
    if let Some(value) = value {
        let _ = writeln!(out, "  {name:<11}{value}");
    }
}

fn problems(out: &mut String, problems: &[Problem]) {
    for problem in problems {
        row(out, "problem", Some(&problem.message));
    }
}

fn day(moment: Option<Moment>) -> String {
    match moment {
        Some(m) if m.precision >= Precision::Minute => m.at.format("%Y-%m-%d %H:%M").to_string(),
        Some(m) => m.at.format("%Y-%m-%d").to_string(),
        None => "no date".to_owned(),
    }
}

fn pretty(value: &serde_json::Value) -> String {
    format!("{value:#}\n")
}
