use chrono::{DateTime, Datelike, Timelike, Utc, Weekday};
use serde::{Deserialize, Serialize};

/// Hours and days at which a feed asks not to be asked (RSS 2.0 `skipHours`, `skipDays`), in UTC.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quiet {
    /// A bit for each hour, 0 to 23.
    hours: u32,
    /// A bit for each day, Monday first.
    days: u8,
}

impl Quiet {
    /// Adds an hour; 24 is midnight, what lies beyond says nothing.
    pub fn add_hour(&mut self, hour: u32) {
        if hour <= 24 {
            self.hours |= 1 << (hour % 24);
        }
    }

    /// Adds a day.
    pub fn add_day(&mut self, day: Weekday) {
        self.days |= 1 << day.num_days_from_monday();
    }

    /// Whether there are none; who asks never to be asked says nothing either.
    pub fn is_empty(self) -> bool {
        (self.hours, self.days) == (0, 0) || self.hours == (1 << 24) - 1 || self.days == (1 << 7) - 1
    }

    /// Whether an instant lies within.
    pub fn covers(self, at: DateTime<Utc>) -> bool {
        let (hour, day) = (at.hour(), at.weekday().num_days_from_monday());
        !self.is_empty() && (self.hours & 1 << hour != 0 || self.days & 1 << day != 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_quiet_by_its_hour_or_its_day() {
        let mut quiet = Quiet::default();
        [0, 1, 24, 25, 99].into_iter().for_each(|hour| quiet.add_hour(hour));
        quiet.add_day(Weekday::Sun);
        // 1 March 2026 is a Sunday.
        for (at, expected) in [
            ("2026-03-01T12:00:00Z", true),
            ("2026-03-02T00:59:59Z", true),
            ("2026-03-02T01:00:00Z", true),
            ("2026-03-02T02:00:00Z", false),
        ] {
            assert_eq!(quiet.covers(at.parse().unwrap()), expected, "{at}");
        }
        let mut always = Quiet::default();
        (0..24).for_each(|hour| always.add_hour(hour));
        assert!(always.is_empty() && !always.covers(DateTime::UNIX_EPOCH));
    }
}
