//! Written dates into moments.
//!
//! Comes in: a text, and what is known of its page (now, zone, language). Goes out: a moment with its
//! precision, or nothing: nonsense is never guessed. Never: a clock, the network, a page's tree.
//!
//! A room of its own, because `read` must recognise a date to find it and `normalize` must resolve it.

mod address;
mod calendar;
mod clock;
mod expression;
mod fields;
mod fold;
mod lexer;
mod numeric;
mod order;
mod relative;
mod resolve;
mod stamps;
mod text;
mod vocabulary;
mod zones;

#[cfg(test)]
mod tests;

use chrono::{DateTime, FixedOffset, Utc};

use crate::model::{Page, Timezone};

pub use address::in_url;
pub use order::order_of;
pub use text::{Sought, find, leading, may_hold_date, parse};

/// What is known of the page that a date stands on.
#[derive(Debug, Clone)]
pub struct Context<'a> {
    /// The instant that relative and year-less dates are resolved against.
    pub now: DateTime<Utc>,
    /// Zone of dates that name none.
    pub zone: Timezone,
    /// BCP 47 tag of the page, where known.
    pub language: Option<&'a str>,
    /// Day and month order, where other dates of the page prove it.
    pub order: Option<Order>,
}

impl<'a> Context<'a> {
    /// Of what stands on a page: resolved against the instant it was fetched at, in UTC, by no proven order.
    pub fn on(page: &Page, language: Option<&'a str>) -> Self {
        Self { now: page.fetched, zone: Timezone::UTC, language, order: None }
    }
}

/// Which of two numbers is the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// 31/12
    DayFirst,
    /// 12/31
    MonthFirst,
}

/// How exactly a date is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Precision {
    /// Only the year.
    Year,
    /// Year and month.
    Month,
    /// A day.
    Day,
    /// Hour and minute.
    Minute,
    /// To the second or finer.
    Second,
}

/// A resolved date.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moment {
    /// The instant; midnight in the zone where only a day is given.
    pub at: DateTime<FixedOffset>,
    /// How exactly it was given.
    pub precision: Precision,
    /// Whether it was given relative to now (`3 hours ago`, `yesterday`).
    pub relative: bool,
}
