//! When an entry was published and changed: which witness is believed.

use chrono::{DateTime, TimeDelta, Utc};
use url::Url;

use super::Surroundings;
use crate::dates::{self, Context, Moment, Order, Precision};
use crate::model::{Article, Origin, Source, Teaser, Written};

/// How far ahead of now a date may lie and still be a zone's mistake rather than nonsense.
const AHEAD: TimeDelta = TimeDelta::hours(26);

/// The dates of an entry, with their precision.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Moments {
    /// Date of publication.
    pub published: Option<Moment>,
    /// Date of the last change.
    pub updated: Option<Moment>,
}

/// The dates that the evidence of teaser and article supports: the operator's rule over the feed over what the
/// article's page states over what either shows over the address.
pub fn moments(
    teaser: &Teaser,
    article: Option<&Article>,
    around: &Surroundings,
    source: &Source,
    now: DateTime<Utc>,
) -> Moments {
    let language = article
        .and_then(|a| a.language.as_deref())
        .or(source.language.as_deref())
        .or(teaser.language.as_deref())
        .or(around.language.as_deref());
    let url = teaser.link.as_ref().unwrap_or(&source.url);
    let order = around.order.or_else(|| order_of_host(language, url));
    let context = Context { now, zone: source.timezone, language, order };
    let mut published: Vec<(u8, Moment)> = Vec::new();
    let mut consider = |written: &Written| {
        if let Some(moment) = read(written, &context) {
            published.push((rank(written.origin), moment));
        }
    };
    teaser.published.iter().for_each(&mut consider);
    article.iter().flat_map(|a| &a.published).for_each(&mut consider);
    // The sort is stable: among equals the reader's own order of trust stands.
    published.sort_by_key(|(rank, _)| *rank);
    let mut published: Option<Moment> =
        published.first().map(|&(_, first)| sharpened(first, published.iter().map(|p| p.1)));
    let mut updated = teaser
        .updated
        .iter()
        .chain(article.iter().flat_map(|a| &a.updated))
        .find_map(|written| read(written, &context));
    if published.is_none() {
        published = dates::in_url(url, &context).filter(|m| m.precision >= Precision::Day);
    }
    // A feed that names only the last change of an entry new to us dates it by that.
    if published.is_none() && teaser.updated.is_some() {
        published = updated;
    }
    if let (Some(first), Some(change)) = (published, updated)
        && change.at < first.at
    {
        updated = None;
    }
    Moments { published, updated }
}

/// A written date, if it is one to the day and not ahead of now.
fn read(written: &Written, context: &Context) -> Option<Moment> {
    let moment = dates::parse(&written.text, context)
        .or_else(|| dates::find(&written.text, context).map(|(_, moment)| moment))?;
    let at = moment.at.with_timezone(&Utc);
    (moment.precision >= Precision::Day && at <= context.now + AHEAD && at.timestamp() > 0).then_some(moment)
}

fn rank(origin: Origin) -> u8 {
    match origin {
        Origin::Rule => 0,
        Origin::Feed => 1,
        Origin::JsonLd => 2,
        Origin::Meta => 3,
        Origin::Microdata => 4,
        Origin::Script => 5,
        Origin::TimeElement => 6,
        Origin::Text => 7,
        Origin::Heading => 8,
        Origin::Url => 9,
    }
}

/// A day given its time by a witness that agrees on the day.
fn sharpened(first: Moment, others: impl Iterator<Item = Moment>) -> Moment {
    if first.precision > Precision::Day {
        return first;
    }
    let day = first.at.date_naive();
    let mut finer = others.filter(|m| m.precision > Precision::Day && m.at.date_naive() == day && !m.relative);
    finer.next().unwrap_or(first)
}

/// Day and month order of English pages by the country that their address names.
fn order_of_host(language: Option<&str>, url: &Url) -> Option<Order> {
    if language.is_some_and(|l| !l.eq_ignore_ascii_case("en")) {
        return None;
    }
    let country = url.host_str()?.rsplit('.').next()?;
    match country {
        "uk" | "au" | "nz" | "in" | "ie" | "za" | "ng" | "ke" | "sg" | "my" | "hk" | "pk" | "eu" | "lk" | "gh"
        | "mt" => Some(Order::DayFirst),
        "us" | "gov" | "mil" | "edu" | "ph" => Some(Order::MonthFirst),
        _ => None,
    }
}
