//! Time zones of the IANA database, as chrono reckons with them.
//!
//! The rules are those that the program was built with, so that a schedule means the same on every machine. They are kept as the
//! database's own files (TZif, RFC 9636) and read at the first question: tables that refer to one another by address, as other
//! crates have them, would be a megabyte that each start makes its own.

use std::fmt;
use std::sync::{LazyLock, Mutex, PoisonError};

use chrono::{FixedOffset, MappedLocalTime, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeZone};
use jiff::Timestamp;
use jiff::tz::{AmbiguousOffset, TimeZone as Rules, TimeZoneDatabase};

static UTC: Rules = Rules::UTC;

/// A zone of the database: a name, and what its clocks show when.
#[derive(Clone, Copy)]
pub struct Timezone(&'static Rules);

impl Timezone {
    /// Coordinated Universal Time.
    pub const UTC: Self = Self(&UTC);

    /// The zone of that name as the database writes it, `Europe/Berlin`; `None` where the database has none.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        /// Zones that were asked for. They stay: there are as many as the database has, at most.
        static KNOWN: Mutex<Vec<Timezone>> = Mutex::new(Vec::new());
        if name == Self::UTC.name() {
            return Some(Self::UTC);
        }
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(zone) = known.iter().find(|zone| zone.name() == name) {
            return Some(*zone);
        }
        let rules = database().get(name).ok().filter(|rules| rules.iana_name() == Some(name))?;
        let zone = Self(Box::leak(Box::new(rules)));
        known.push(zone);
        Some(zone)
    }

    /// All names of the database, in their order.
    pub fn names() -> impl Iterator<Item = String> {
        database().available().map(|name| name.as_str().to_owned())
    }

    /// The zone's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.0.iana_name().unwrap_or("UTC")
    }
}

fn database() -> &'static TimeZoneDatabase {
    static DATABASE: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);
    &DATABASE
}

impl PartialEq for Timezone {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl Eq for Timezone {}

impl fmt::Debug for Timezone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What a zone's clocks are ahead of UTC at some instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ahead {
    zone: Timezone,
    by: FixedOffset,
}

impl Offset for Ahead {
    fn fix(&self) -> FixedOffset {
        self.by
    }
}

impl fmt::Display for Ahead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.by.fmt(f)
    }
}

impl TimeZone for Timezone {
    type Offset = Ahead;

    fn from_offset(ahead: &Ahead) -> Self {
        ahead.zone
    }

    fn offset_from_local_date(&self, local: &NaiveDate) -> MappedLocalTime<Ahead> {
        self.offset_from_local_datetime(&local.and_time(NaiveTime::MIN))
    }

    fn offset_from_local_datetime(&self, local: &NaiveDateTime) -> MappedLocalTime<Ahead> {
        // The wall clock is read as if it were UTC's, which is how both crates may be told of one.
        let wall = jiff::tz::Offset::UTC.to_datetime(instant(local));
        match self.0.to_ambiguous_timestamp(wall).offset() {
            AmbiguousOffset::Unambiguous { offset } => MappedLocalTime::Single(self.ahead(offset)),
            AmbiguousOffset::Gap { .. } => MappedLocalTime::None,
            AmbiguousOffset::Fold { before, after } => {
                MappedLocalTime::Ambiguous(self.ahead(before), self.ahead(after))
            }
        }
    }

    fn offset_from_utc_date(&self, utc: &NaiveDate) -> Ahead {
        self.offset_from_utc_datetime(&utc.and_time(NaiveTime::MIN))
    }

    fn offset_from_utc_datetime(&self, utc: &NaiveDateTime) -> Ahead {
        self.ahead(self.0.to_offset(instant(utc)))
    }
}

impl Timezone {
    fn ahead(self, offset: jiff::tz::Offset) -> Ahead {
        // Neither crate knows an offset of a day or more; the database has none either.
        Ahead { zone: self, by: FixedOffset::east_opt(offset.seconds()).unwrap_or(Offset::fix(&chrono::Utc)) }
    }
}

/// The instant that a clock of UTC shows; beyond the years that have rules, the last that has.
fn instant(utc: &NaiveDateTime) -> Timestamp {
    let seconds = utc.and_utc().timestamp();
    let bounded = seconds.clamp(Timestamp::MIN.as_second(), Timestamp::MAX.as_second());
    Timestamp::from_second(bounded).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta, Utc};
    use proptest::prelude::*;

    use super::*;

    fn zone(name: &str) -> Timezone {
        Timezone::named(name).unwrap()
    }

    #[test]
    fn a_zone_is_known_by_the_name_that_the_database_gives_it() {
        assert_eq!(zone("Europe/Berlin").name(), "Europe/Berlin");
        assert_eq!(zone("UTC"), Timezone::UTC);
        assert!(std::ptr::eq(zone("Asia/Tokyo").0, zone("Asia/Tokyo").0), "kept once");
        for strange in ["", "Berlin", "europe/berlin", "Europe/Berlin ", "Etc/Unknown", "../UTC", "\u{0}"] {
            assert_eq!(Timezone::named(strange), None, "{strange:?}");
        }
    }

    #[test]
    fn each_name_of_the_database_has_rules() {
        let names: Vec<String> = Timezone::names().collect();
        assert!(names.len() > 400, "{} names", names.len());
        for name in names.iter().filter(|name| *name != "Etc/Unknown") {
            assert_eq!(zone(name).name(), name);
        }
    }

    #[test]
    fn clocks_are_put_forward_and_back() {
        let shown = |name: &str, at: &str| {
            let at: DateTime<Utc> = at.parse().unwrap();
            at.with_timezone(&zone(name)).format("%H:%M%:z").to_string()
        };
        assert_eq!(shown("Europe/Berlin", "2026-03-29T00:59:59Z"), "01:59+01:00");
        assert_eq!(shown("Europe/Berlin", "2026-03-29T01:00:00Z"), "03:00+02:00");
        assert_eq!(shown("Australia/Lord_Howe", "2026-10-03T15:30:00Z"), "02:30+11:00");
        assert_eq!(shown("Asia/Kathmandu", "2026-01-01T00:00:00Z"), "05:45+05:45");
        assert_eq!(shown("America/New_York", "1883-11-18T16:00:00Z"), "11:03-04:56", "before there were zones");
        let berlin =
            |wall: &str| zone("Europe/Berlin").from_local_datetime(&wall.parse().unwrap()).map(|at| at.to_utc());
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        assert_eq!(berlin("2026-03-29T02:30:00"), MappedLocalTime::None);
        assert_eq!(
            berlin("2026-10-25T02:30:00"),
            MappedLocalTime::Ambiguous(at("2026-10-25T00:30:00Z"), at("2026-10-25T01:30:00Z"))
        );
    }

    #[test]
    fn years_without_rules_panic_nowhere() {
        for at in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
            // A day inside, so that the wall clock has a date at all.
            let at = if at < DateTime::UNIX_EPOCH { at + TimeDelta::days(2) } else { at - TimeDelta::days(2) };
            let there = at.with_timezone(&zone("Pacific/Auckland"));
            assert_eq!(there.to_utc(), at);
        }
    }

    proptest! {
        #[test]
        fn a_wall_clock_leads_back_to_its_instant(
            seconds in -6_000_000_000_i64..8_000_000_000,
            name in proptest::sample::select(Timezone::names().filter(|n| n != "Etc/Unknown").collect::<Vec<_>>()),
        ) {
            let at = DateTime::from_timestamp(seconds, 0).unwrap();
            let there = at.with_timezone(&zone(&name));
            let back = zone(&name).from_local_datetime(&there.naive_local());
            prop_assert!(back.earliest() == Some(there) || back.latest() == Some(there), "{there} {back:?}");
        }
    }
}
