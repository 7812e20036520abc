//! When a page may be read: not after a fixed time, but when what is waited for is there and holds still.

use std::time::Duration;

use tokio::time::Instant;

/// What was waited for must hold still for so long.
const FOUND: Duration = Duration::from_millis(400);
/// A page without a selector must hold still, and its network be quiet, for so long.
const CALM: Duration = Duration::from_millis(700);
/// A list may come in parts: for so long its page must have had as many links, but no longer than half of its time.
const STEADY: Duration = Duration::from_millis(2500);
/// Likewise one that shows next to nothing, and at least half of its time: it may yet begin, and read as it is, the visit
/// was for nothing.
const BARE: Duration = Duration::from_secs(3);
/// A page with fewer links and less text shows next to nothing.
const FEW_LINKS: u64 = 3;
const LITTLE_TEXT: u64 = 250;

/// What a page shows at an instant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Glance {
    /// How many elements the selector finds; `None` where none is waited for.
    pub(super) found: Option<u64>,
    pub(super) links: u64,
    /// Letters of visible text.
    pub(super) text: u64,
    /// Whether its HTML has come to its end.
    pub(super) parsed: bool,
}

impl Glance {
    /// Next to nothing.
    pub(super) fn is_bare(&self) -> bool {
        self.links < FEW_LINKS && self.text < LITTLE_TEXT
    }
}

/// Watches a page come to rest.
#[derive(Debug)]
pub(super) struct Settling {
    seen: Glance,
    changed: Instant,
    counted: Instant,
    busy: Instant,
    half: Instant,
    steady: Duration,
}

impl Settling {
    /// Begins now; the page has time until then.
    pub(super) fn new(now: Instant, rest: Instant) -> Self {
        let half = now + rest.saturating_duration_since(now) / 2;
        Self { seen: Glance::default(), changed: now, counted: now, busy: now, half, steady: STEADY }
    }

    /// The same between two steps, where what comes later is no loss.
    pub(super) fn between_steps(now: Instant, rest: Instant) -> Self {
        Self { steady: Duration::ZERO, ..Self::new(now, rest) }
    }

    /// Takes a look; says whether the page is at rest. `loading`: requests are under way.
    pub(super) fn look(&mut self, glance: Glance, loading: bool, now: Instant) -> bool {
        if (glance.found, glance.links) != (self.seen.found, self.seen.links) {
            self.counted = now;
        }
        if glance != self.seen {
            (self.seen, self.changed) = (glance, now);
        }
        if loading {
            self.busy = now;
        }
        let still = now - self.changed;
        let calm = still.min(now - self.busy);
        let whole = now - self.counted >= self.steady || now >= self.half;
        match glance.found {
            // Who names what he waits for has it waited for, however quiet the page is.
            Some(0) => false,
            // Of a single thing there are no parts.
            Some(found) => glance.parsed && still >= FOUND && (found == 1 || whole),
            None if glance.is_bare() => calm >= BARE && now >= self.half,
            None => glance.parsed && calm >= CALM && whole,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From when on (milliseconds), what is found, links, text.
    type Shown = (u64, Option<u64>, u64, u64);

    /// When a page that shows this from these milliseconds on, and loads until then, is at rest.
    fn rests(steps: &[Shown], loads_until: u64) -> u64 {
        let start = Instant::now();
        let mut settling = Settling::new(start, start + Duration::from_secs(20));
        (0..20_000)
            .step_by(100)
            .find(|at| {
                let shown = steps.iter().rfind(|(from, ..)| from <= at).copied().unwrap_or_default();
                let glance = Glance { found: shown.1, links: shown.2, text: shown.3, parsed: true };
                settling.look(glance, *at < loads_until, start + Duration::from_millis(*at))
            })
            .unwrap_or(u64::MAX)
    }

    #[test]
    fn a_page_is_read_when_what_is_waited_for_holds_still() {
        let rows: [(&[Shown], u64, u64); 12] = [
            // The list comes after a second: the network need not be quiet.
            (&[(0, Some(0), 1, 10), (1000, Some(20), 20, 900)], 15_000, 3500),
            // In two parts; and a single thing, an article's text.
            (&[(0, Some(0), 1, 10), (1000, Some(5), 5, 300), (3000, Some(25), 25, 900)], 15_000, 5500),
            (&[(0, Some(0), 1, 10), (1000, Some(1), 20, 900)], 15_000, 1400),
            // Late, long after all is quiet; and never.
            (&[(0, Some(0), 9, 900), (16_000, Some(20), 20, 900)], 500, 16_400),
            (&[(0, Some(0), 9, 900)], 500, u64::MAX),
            // No selector: still, and quiet.
            (&[(0, None, 30, 2000)], 0, 2500),
            (&[(0, None, 30, 2000), (1500, None, 60, 4000)], 2000, 4000),
            (&[(0, None, 30, 2000), (1500, None, 30, 4000)], 2000, 2600),
            // One that goes on and on is read after half of its time.
            (
                &[
                    (0, None, 5, 500),
                    (2000, None, 10, 1000),
                    (4000, None, 15, 1500),
                    (6000, None, 20, 2000),
                    (8200, None, 25, 2500),
                ],
                0,
                10_000,
            ),
            // A shell, whose script is on its way, or waits for something; then one that stays empty.
            (&[(0, None, 0, 9), (4000, None, 30, 2000)], 4000, 6500),
            (&[(0, None, 0, 9), (9000, None, 30, 2000)], 300, 10_000),
            (&[(0, None, 0, 9)], 300, 10_000),
        ];
        for (steps, loads_until, expected) in rows {
            assert_eq!(rests(steps, loads_until), expected, "{steps:?}");
        }
    }
}
