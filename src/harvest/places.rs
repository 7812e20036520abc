//! How many runs go on at once: few while the readers are behind, more while they wait for servers.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::timeout;

/// A run that ends while the readers keep up makes room for so many more than there were.
const GROWTH: usize = 4;
/// Where no run ends for so long, and the readers keep up, all wait for servers: [`STEP`] more may begin.
const PATIENCE: Duration = Duration::from_millis(100);
const STEP: usize = 8;
/// After so many such times they may even where the readers are behind: what waits may be short, and nothing ends.
const AT_LENGTH: u32 = 10;

/// Places for runs. A run holds a connection, pages, and what it has read of them: where the readers are behind, more
/// runs at once end no sooner, and all hold theirs meanwhile. How many there may be is found out as TCP finds it out
/// (RFC 5681): it begins with few, grows while that brings more done, and falls back.
pub(super) struct Places {
    few: usize,
    count: Mutex<Count>,
    /// Who wants a place stands in line; the one at its head looks whether there is one.
    line: tokio::sync::Mutex<()>,
    freed: Notify,
}

struct Count {
    taken: usize,
    most: usize,
}

impl Places {
    /// `few`: so many at first, and always.
    pub(super) fn new(few: usize) -> Self {
        let count = Mutex::new(Count { taken: 0, most: few });
        Self { few, count, line: tokio::sync::Mutex::default(), freed: Notify::new() }
    }

    /// Waits in line for a place, and takes it; to be given [back](Self::give_back).
    pub(super) async fn take(&self, behind: impl Fn() -> bool) {
        let _head = self.line.lock().await;
        let mut waited = 0;
        loop {
            let freed = self.freed.notified();
            if self.count().take() {
                return;
            }
            if timeout(PATIENCE, freed).await.is_ok() {
                waited = 0;
                continue;
            }
            waited += 1;
            if !behind() || waited % AT_LENGTH == 0 {
                self.count().most += STEP;
            }
        }
    }

    /// Gives a place back. `behind`: more waits to be read than is soon read.
    pub(super) fn give_back(&self, behind: bool) {
        let wanted = self.line.try_lock().is_err();
        self.count().give_back(behind, wanted, self.few);
        self.freed.notify_waiters();
    }

    fn count(&self) -> MutexGuard<'_, Count> {
        self.count.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Count {
    fn take(&mut self) -> bool {
        let free = self.taken < self.most;
        self.taken += usize::from(free);
        free
    }

    fn give_back(&mut self, behind: bool, wanted: bool, few: usize) {
        self.taken = self.taken.saturating_sub(1);
        if self.taken == 0 && !wanted {
            // What held before a pause says nothing of the runs after it.
            self.most = few;
        } else if behind {
            self.most = self.most.saturating_sub(1).max(few);
        } else if wanted {
            self.most += GROWTH;
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;
    use tokio::time::Instant;

    use super::*;

    /// Takes places until one must wait; how many there were.
    fn fill(places: &Places) -> usize {
        std::iter::from_fn(|| places.take(|| true).now_or_never()).count()
    }

    /// A run that ends while another waits for its place.
    fn hand_on(places: &Places, behind: bool) {
        let mut next = Box::pin(places.take(|| true));
        assert!((&mut next).now_or_never().is_none());
        places.give_back(behind);
    }

    #[tokio::test(start_paused = true)]
    async fn runs_that_end_make_room_for_more_only_while_the_readers_keep_up() {
        let places = Places::new(4);
        assert_eq!(fill(&places), 4);
        hand_on(&places, false);
        assert_eq!(fill(&places), 1 + GROWTH);
        hand_on(&places, true);
        assert_eq!(fill(&places), 0, "its place is given up");
        for _ in 0..GROWTH {
            places.give_back(true);
        }
        assert_eq!(fill(&places), 1, "never fewer than at first");
    }

    #[tokio::test(start_paused = true)]
    async fn a_place_that_nobody_wants_is_no_reason_for_more() {
        let places = Places::new(4);
        assert_eq!(fill(&places), 4);
        places.give_back(false);
        assert_eq!(fill(&places), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn after_a_pause_it_begins_with_few_again() {
        let places = Places::new(1);
        assert_eq!(fill(&places), 1);
        hand_on(&places, false);
        let more = fill(&places);
        assert_eq!(more, 1 + GROWTH);
        for _ in 0..more {
            places.give_back(false);
        }
        assert_eq!(fill(&places), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn runs_that_wait_for_servers_hold_nobody_up() {
        let places = Places::new(2);
        assert_eq!(fill(&places), 2);
        let begun = Instant::now();
        for _ in 0..STEP {
            places.take(|| false).await;
        }
        assert_eq!(begun.elapsed(), PATIENCE);
        // Where the readers are behind, a run's end gives a place.
        assert!(timeout(PATIENCE * 9, places.take(|| true)).await.is_err());
        hand_on(&places, false);
        assert_eq!(fill(&places), 1 + GROWTH);
        // But where nothing ends at all, all that waits does not wait for it.
        let begun = Instant::now();
        places.take(|| true).await;
        assert_eq!(begun.elapsed(), PATIENCE * AT_LENGTH);
    }

    #[tokio::test(start_paused = true)]
    async fn who_goes_away_from_the_line_holds_nobody_up() {
        let places = Places::new(1);
        assert_eq!(fill(&places), 1);
        let mut gone = Box::pin(places.take(|| true));
        let mut next = Box::pin(places.take(|| true));
        assert!((&mut gone).now_or_never().is_none());
        assert!((&mut next).now_or_never().is_none());
        drop(gone);
        places.give_back(true);
        next.await;
        places.give_back(false);
        assert_eq!(fill(&places), 1, "nobody is counted who does not wait");
    }
}
