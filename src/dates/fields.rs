//! What a written date says, part by part, before it is resolved.

use super::vocabulary::{Calendar, Era, Unit};
use super::zones::Zone;

/// A time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Clock {
    pub(super) hour: u32,
    pub(super) minute: u32,
    pub(super) second: u32,
    pub(super) nanosecond: u32,
    /// Whether seconds were written.
    pub(super) exact: bool,
}

impl Clock {
    /// A time to the minute; `None` when no clock shows it. 24:00 is the end of a day.
    pub(super) fn new(hour: u64, minute: u64) -> Option<Self> {
        let whole_day = hour == 24 && minute == 0;
        ((hour < 24 && minute < 60) || whole_day).then_some(Self {
            hour: hour as u32,
            minute: minute as u32,
            second: 0,
            nanosecond: 0,
            exact: false,
        })
    }
}

/// A span back from now.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Span {
    pub(super) months: i64,
    pub(super) seconds: i64,
    /// The smallest unit named.
    pub(super) finest: Unit,
    /// Whether a word says that it lies in the past.
    pub(super) ago: bool,
}

/// The parts of a date that were written.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Fields {
    pub(super) year: Option<i64>,
    pub(super) era: Option<Era>,
    pub(super) month: Option<(Calendar, u8)>,
    pub(super) day: Option<u8>,
    pub(super) weekday: Option<u8>,
    pub(super) clock: Option<Clock>,
    pub(super) zone: Option<Zone>,
    /// Days from today.
    pub(super) relative_day: Option<i8>,
    pub(super) span: Option<Span>,
    /// An instant given outright (epoch seconds and nanoseconds).
    pub(super) epoch: Option<(i64, u32)>,
    /// Whether the month was a word or marked, so that no other number pair can be meant.
    pub(super) plain: bool,
    /// Whether the parts would prove little in running text: `10/24`, `3/4/20`.
    pub(super) weak: bool,
    /// Whether the parts may as well be a score or a fraction: `4/5`, `2-1`.
    pub(super) thin: bool,
    /// Day and month may have been meant the other way round.
    pub(super) swappable: bool,
}

impl Fields {
    /// Whether any part of a calendar date is there.
    pub(super) fn has_date(&self) -> bool {
        self.year.is_some()
            || self.month.is_some()
            || self.day.is_some()
            || self.relative_day.is_some()
            || self.span.is_some()
            || self.epoch.is_some()
    }

    /// Whether no more of a calendar date can come.
    pub(super) fn has_whole_date(&self) -> bool {
        (self.year.is_some() && self.month.is_some() && self.day.is_some())
            || self.relative_day.is_some()
            || self.span.is_some()
            || self.epoch.is_some()
    }

    /// Whether these parts may be a date where nothing else stands.
    pub(super) fn is_enough(&self) -> bool {
        (self.has_date() || self.weekday.is_some()) && (!self.thin || self.clock.is_some() || self.weekday.is_some())
    }

    /// Whether these parts are surely a date even in running text.
    pub(super) fn is_strong(&self) -> bool {
        if let Some(span) = self.span {
            return span.ago;
        }
        if let Some(day) = self.relative_day {
            return day <= 0 && self.clock.is_some();
        }
        let whole = self.year.is_some() && self.month.is_some() && self.day.is_some();
        let support = self.clock.is_some() || self.weekday.is_some();
        match (whole, self.month.is_some() && self.day.is_some()) {
            (true, _) => !self.weak || support,
            (false, true) => (self.plain && !self.weak) || support,
            _ => false,
        }
    }
}
