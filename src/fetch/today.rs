//! Whether this machine's clock is right, by what servers say (`Date`, RFC 9110 §6.6.1).

use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use reqwest::header::{DATE, HeaderMap};

use super::conditional::age;

/// Clocks that differ by less agree.
const NEARLY: TimeDelta = TimeDelta::hours(1);

/// What was heard of the time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Today {
    /// The latest moment, by our clock, at which a server's agreed with it.
    pub confirmed: Option<DateTime<Utc>>,
    /// The latest at which one did not, if that is later; and what it said.
    pub denied: Option<(DateTime<Utc>, DateTime<Utc>)>,
}

/// Hears what servers say of the time.
#[derive(Debug, Default)]
pub(super) struct Watch(Mutex<Heard>);

#[derive(Debug, Default)]
struct Heard {
    today: Today,
    /// Whether it comes from beyond the private network.
    far: bool,
}

impl Watch {
    /// Compares an answer's date with ours, which is `now`. A server of the private network may be this very machine,
    /// whose clock agrees with itself: it is heard as long as no other is.
    pub(super) fn compare(&self, headers: &HeaderMap, far: bool, now: DateTime<Utc>) {
        let date = headers.get(DATE).and_then(|value| httpdate::parse_http_date(value.to_str().ok()?.trim()).ok());
        let Some(said) = date.and_then(|date| DateTime::<Utc>::from(date).checked_add_signed(age(headers))) else {
            return;
        };
        let agrees = (now - said).abs() < NEARLY;
        let mut heard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if heard.far && !far {
            return;
        }
        let before = if heard.far == far { heard.today } else { Today::default() };
        let today = match agrees {
            true => Today { confirmed: Some(now), denied: None },
            false => Today { denied: Some((now, said)), ..before },
        };
        *heard = Heard { today, far };
    }

    pub(super) fn today(&self) -> Today {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).today
    }
}

#[cfg(test)]
mod tests {
    use reqwest::header::{AGE, HeaderValue};

    use super::*;

    #[test]
    fn our_clock_is_believed_as_far_as_a_servers_agrees() {
        let watch = Watch::default();
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let compare = |date: &'static str, seconds: &'static str, now: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(DATE, HeaderValue::from_static(date));
            headers.insert(AGE, HeaderValue::from_static(seconds));
            watch.compare(&headers, true, at(now));
            watch.today()
        };
        let date = "Mon, 02 Mar 2026 10:00:00 GMT";
        assert_eq!(compare("soon", "", "2026-03-02T10:00:00Z"), Today::default());
        watch.compare(&HeaderMap::new(), true, Utc::now());
        assert_eq!(watch.today(), Today::default());
        let now = at("2026-03-02T10:05:00Z");
        assert_eq!(compare(date, "", "2026-03-02T10:05:00Z"), Today { confirmed: Some(now), denied: None });
        // It lay in a cache for a day.
        let next = at("2026-03-03T10:05:00Z");
        assert_eq!(compare(date, "86400", "2026-03-03T10:05:00Z"), Today { confirmed: Some(next), denied: None });
        let wrong = at("2031-01-01T00:00:00Z");
        let denied = Today { confirmed: Some(next), denied: Some((wrong, at("2026-03-02T10:00:00Z"))) };
        assert_eq!(compare(date, "", "2031-01-01T00:00:00Z"), denied);
        assert_eq!(compare(date, "0", "2026-03-02T09:30:00Z").denied, None);
        compare(date, "99999999999999999999", "2026-03-02T10:00:00Z");
    }

    #[test]
    fn a_server_that_may_be_this_machine_is_heard_only_where_no_other_is() {
        let watch = Watch::default();
        let (now, leap) = ("2026-03-02T10:00:00Z".parse().unwrap(), "2031-01-01T00:00:00Z".parse().unwrap());
        let say = |said: DateTime<Utc>, far: bool, ours: DateTime<Utc>| {
            let date = httpdate::fmt_http_date(said.into()).parse().unwrap();
            watch.compare(&HeaderMap::from_iter([(DATE, date)]), far, ours);
            watch.today()
        };
        assert_eq!(say(leap, false, leap).confirmed, Some(leap));
        let denied = Today { confirmed: None, denied: Some((leap, now)) };
        assert_eq!(say(now, true, leap), denied);
        assert_eq!(say(leap, false, leap), denied);
        assert_eq!(say(now, true, now).confirmed, Some(now));
        assert_eq!(say(leap, false, leap).confirmed, Some(now));
    }
}
