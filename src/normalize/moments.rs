//! When an entry was published and changed: which witness is believed.

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, TimeDelta, Timelike, Utc};
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
    let witnesses = teaser.published.iter().chain(article.iter().flat_map(|a| &a.published));
    let mut witnesses: Vec<Witness> =
        witnesses.filter_map(|written| Some(Witness { written, moment: read(written, &context)? })).collect();
    // The sort is stable: among equals the reader's own order of trust stands.
    witnesses.sort_by_key(|witness| rank(witness.written.origin));
    // A list gives the date of each line; on a page it is looked for, and the address helps.
    let address = teaser.published.is_none().then_some(url);
    let changes = teaser.updated.iter().chain(article.iter().flat_map(|a| &a.updated));
    let changes: Vec<Moment> = changes.filter_map(|written| read(written, &context)).collect();
    let mut published = believed(&witnesses, &changes, address, &context);
    let mut updated = changes.first().copied();
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
        // What is shown: the reader knows which place is likelier.
        Origin::TimeElement | Origin::Text => 6,
        Origin::Heading => 7,
        Origin::Url => 8,
    }
}

/// A page that shows more days than these around its headline shows a list, or tells a history.
const FEW: usize = 3;

/// A date and what it was read as.
struct Witness<'a> {
    written: &'a Written,
    moment: Moment,
}

impl Witness<'_> {
    fn day(&self) -> NaiveDate {
        self.moment.at.date_naive()
    }

    /// Whether it is a whole date after a stated one, and not said to be that of a change.
    fn is_later(&self, stated: Moment, changes: &[Moment]) -> bool {
        let whole = self.written.text.bytes().filter(u8::is_ascii_digit).count() >= 6;
        let days = (self.day() - stated.at.date_naive()).num_days();
        whole && days > 1 && !changes.iter().any(|change| (change.at.date_naive() - self.day()).num_days().abs() <= 1)
    }

    fn is_stated(&self) -> bool {
        matches!(self.written.origin, Origin::JsonLd | Origin::Meta | Origin::Microdata | Origin::Script)
    }

    /// Whether it is seen on the page, not stated for machines.
    fn is_shown(&self) -> bool {
        matches!(self.written.origin, Origin::TimeElement | Origin::Text | Origin::Heading | Origin::Url)
    }
}

/// The first witness, in the light of the others.
fn believed(witnesses: &[Witness], changes: &[Moment], address: Option<&Url>, context: &Context) -> Option<Moment> {
    let first = witnesses.first()?;
    if let Some(url) = address.filter(|_| first.is_shown()) {
        return Some(shown(first, witnesses, url, context));
    }
    let others = witnesses.get(1..).filter(|others| !others.is_empty());
    // Most dates of lists stand alone: there is nothing to weigh them against.
    let Some(others) = others else { return Some(first.moment) };
    let machine = first.is_stated();
    let mut first = turned(first, others, context).unwrap_or(first.moment);
    // Of several days that are stated, the one that people see.
    if machine
        && !confirmed(first, others, context)
        && let Some(seen) = stated_and_seen(others)
    {
        first = seen;
    }
    let local = machine && !confirmed(first, others, context);
    let mut moment = if local { on_local_day(first, others) } else { first };
    // What machines are told is often the day of the last import or rewriting, or that on which the page was begun; the
    // day that people see is that of publication, unless it is that of a change.
    let mut days: Vec<NaiveDate> = others.iter().filter(|w| w.is_shown()).map(Witness::day).collect();
    days.sort();
    days.dedup();
    if machine
        && days.len() <= FEW
        && let Some(shown) = others.iter().find(|w| w.is_shown() && w.written.origin != Origin::Url)
        && !shown.moment.relative
        && (shown.day() < moment.at.date_naive() || shown.is_later(moment, changes))
        && !confirmed(moment, others, context)
    {
        moment = shown.moment;
    }
    Some(sharpened(moment, others.iter().map(|w| w.moment)))
}

/// Of dates that are only seen, the one that the address confirms; an address that names a day far from them all
/// is believed before them.
fn shown(first: &Witness, witnesses: &[Witness], url: &Url, context: &Context) -> Moment {
    let seen = || witnesses.iter().filter(|w| w.written.origin != Origin::Url && !w.moment.relative);
    let agreed = dates::in_url(url, context).and_then(|address| {
        let day = address.at.date_naive();
        let near = |w: &&Witness| match address.precision {
            Precision::Month => w.day().year() == day.year() && w.day().month() == day.month(),
            _ => (w.day() - day).num_days().abs() <= 1,
        };
        let exact = seen().find(|w| w.day() == day).or_else(|| seen().find(near)).map(|w| w.moment);
        exact.or(Some(address).filter(|a| a.precision >= Precision::Day))
    });
    let chosen = agreed.unwrap_or(first.moment);
    sharpened(chosen, witnesses.iter().map(|w| w.moment))
}

/// The first stated date whose day the page shows in its place.
fn stated_and_seen(others: &[Witness]) -> Option<Moment> {
    let seen = |day| {
        others.iter().any(|w| w.is_shown() && w.written.origin != Origin::Url && !w.moment.relative && w.day() == day)
    };
    others.iter().find(|w| w.is_stated() && seen(w.day())).map(|w| w.moment)
}

/// Whether the page shows a stated day, in either order of day and month.
fn confirmed(stated: Moment, others: &[Witness], context: &Context) -> bool {
    let day = stated.at.date_naive();
    let orders = [Order::DayFirst, Order::MonthFirst];
    others.iter().filter(|w| w.is_shown()).any(|w| {
        w.day() == day
            || orders.into_iter().any(|order| {
                read(w.written, &Context { order: Some(order), ..context.clone() })
                    .is_some_and(|moment| moment.at.date_naive() == day)
            })
    })
}

/// A date of two numbers that may each be the month, read the other way where only that agrees with another witness.
fn turned(first: &Witness, others: &[Witness], context: &Context) -> Option<Moment> {
    let in_order = |order| read(first.written, &Context { order: Some(order), ..context.clone() });
    let mut orders = [Order::DayFirst, Order::MonthFirst].into_iter().filter_map(in_order);
    let turned = orders.find(|moment| moment.at != first.moment.at)?;
    let day = turned.at.date_naive();
    let agrees = |day: NaiveDate| others.iter().any(|w| w.written.text != first.written.text && w.day() == day);
    (day != first.day() && agrees(day) && !agrees(first.day())).then_some(turned)
}

/// An instant written in UTC, in the zone that the page shows it in: the day a reader there has read. The instant
/// itself stays.
fn on_local_day(stated: Moment, others: &[Witness]) -> Moment {
    let is_utc = |m: &Moment| m.at.offset().local_minus_utc() == 0;
    if stated.precision < Precision::Minute || !is_utc(&stated) {
        return stated;
    }
    if let Some(same) = others.iter().find(|w| w.moment.at == stated.at && !is_utc(&w.moment)) {
        return Moment { at: same.moment.at, ..stated };
    }
    let shifted = |seconds: i64| {
        let offset = FixedOffset::east_opt(i32::try_from(seconds).ok()?)?;
        Some(Moment { at: stated.at.with_timezone(&offset), ..stated })
    };
    let shown = others.iter().filter(|w| w.is_shown() && !w.moment.relative);
    for witness in shown.clone().filter(|w| w.moment.precision >= Precision::Minute && is_utc(&w.moment)) {
        let ahead = (witness.moment.at.naive_local() - stated.at.naive_utc()).num_seconds();
        // Zones are whole quarters of an hour; a minute is shown without its seconds.
        let quarters = (ahead as f64 / 900.0).round() as i64;
        if quarters != 0 && (ahead - quarters * 900).abs() < 60 && (-48..=56).contains(&quarters) {
            return shifted(quarters * 900).unwrap_or(stated);
        }
    }
    for witness in shown.filter(|w| w.moment.precision == Precision::Day) {
        let hour = i64::from(stated.at.hour());
        let hours = match (witness.day() - stated.at.date_naive()).num_days() {
            1 => 24 - hour,
            -1 => -(hour + 1),
            _ => continue,
        };
        if (-12..=14).contains(&hours) {
            return shifted(hours * 3600).unwrap_or(stated);
        }
    }
    stated
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

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: &str = "2024-06-01T00:00:00Z";

    #[track_caller]
    fn check(url: &str, witnesses: &[(&str, Origin)], expected: &str) {
        check_changed(url, witnesses, None, expected);
    }

    #[track_caller]
    fn check_changed(url: &str, witnesses: &[(&str, Origin)], changed: Option<&str>, expected: &str) {
        let article = Article {
            published: witnesses.iter().map(|(text, origin)| Written::new(*text, *origin)).collect(),
            updated: changed.map(|text| Written::new(text, Origin::Meta)).into_iter().collect(),
            language: Some("en".to_owned()),
            ..Article::default()
        };
        let url = Url::parse(url).unwrap();
        let teaser = Teaser { link: Some(url.clone()), ..Teaser::default() };
        let found = moments(&teaser, Some(&article), &Surroundings::default(), &Source::at(url), NOW.parse().unwrap())
            .published;
        assert_eq!(found.map(|m| m.at.to_rfc3339()).unwrap_or_default(), expected, "{witnesses:?}");
    }

    #[test]
    fn a_stated_instant_is_told_in_the_zone_that_the_page_shows() {
        use Origin::*;
        let page = "https://paper.example/harbour";
        let stated = ("2024-05-03T02:10:55Z", JsonLd);
        check(page, &[stated], "2024-05-03T02:10:55+00:00");
        check(page, &[stated, ("2024-05-02T19:10:55-07:00", TimeElement)], "2024-05-02T19:10:55-07:00");
        check(page, &[stated, ("May 2, 2024 at 7:10 p.m.", Text)], "2024-05-02T19:10:55-07:00");
        check(page, &[stated, ("May 2, 2024", Text)], "2024-05-02T23:10:55-03:00");
        check("https://paper.example/2024/05/02/harbour", &[stated, ("2024-05-02", Url)], "2024-05-02T23:10:55-03:00");
        check(page, &[stated, ("May 3, 2024", Text)], "2024-05-03T02:10:55+00:00");
    }

    #[test]
    fn the_day_that_is_shown_is_that_of_publication_unless_it_is_that_of_a_change() {
        use Origin::*;
        let page = "https://paper.example/harbour";
        let stated = ("2024-05-03T12:00:00Z", Meta);
        check(page, &[stated, ("21 April 2021", Text)], "2021-04-21T00:00:00+00:00");
        check(page, &[stated, ("21 May 2024", Text)], "2024-05-21T00:00:00+00:00");
        check_changed(page, &[stated, ("21 May 2024", Text)], Some("2024-05-21"), "2024-05-03T12:00:00+00:00");
        check(page, &[stated, ("21 May", Text)], "2024-05-03T12:00:00+00:00");
        check(page, &[stated, ("21 April 2021", Text), ("3 May 2024", Text)], "2024-05-03T12:00:00+00:00");
        let history = ["1 May 2019", "2 May 2020", "3 June 2021", "4 May 2022"].map(|day| (day, Text));
        check(page, &[&[stated][..], &history].concat(), "2024-05-03T12:00:00+00:00");
    }

    #[test]
    fn of_several_stated_days_the_one_that_is_shown_is_believed() {
        use Origin::*;
        let page = "https://paper.example/harbour";
        let stated = [("2023-05-03T12:00:00Z", JsonLd), ("2024-05-03T08:00:00Z", Meta)];
        check(page, &[&stated[..], &[("3 May 2024", Text)]].concat(), "2024-05-03T08:00:00+00:00");
        check(
            page,
            &[&stated[..], &[("3 May 2024", Text), ("3 May 2023", Text)]].concat(),
            "2023-05-03T12:00:00+00:00",
        );
        check(page, &stated, "2023-05-03T12:00:00+00:00");
    }

    #[test]
    fn the_address_decides_between_dates_that_are_only_seen() {
        use Origin::*;
        let seen = [("21 April 2021", Text), ("3 May 2024", Text)];
        check("https://paper.example/harbour", &seen, "2021-04-21T00:00:00+00:00");
        check("https://paper.example/2024/05/harbour", &seen, "2024-05-03T00:00:00+00:00");
        check("https://paper.example/2024/05/02/harbour", &seen, "2024-05-03T00:00:00+00:00");
        check("https://paper.example/2023/01/02/harbour", &seen, "2023-01-02T00:00:00+00:00");
    }

    #[test]
    fn day_and_month_are_told_apart_by_another_witness() {
        use Origin::*;
        let page = "https://paper.example/harbour";
        check(page, &[("03/05/2024", Meta), ("3 May 2024", Text)], "2024-05-03T00:00:00+00:00");
        check(page, &[("05/03/2024", Meta), ("3 May 2024", Text)], "2024-05-03T00:00:00+00:00");
    }
}
