//! The room where pages are read, a few at a time.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::oneshot;

/// Seats for those who read pages. Of the runs that wait for one, that which began first is next: so runs end one
/// after the other, and let go of the articles that they hold, where in turns all would hold all of theirs to the
/// end. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Room {
    house: Arc<House>,
    /// The place of the run in the order of all.
    turn: u64,
}

#[derive(Debug)]
struct House {
    turns: AtomicU64,
    desk: Mutex<Desk>,
}

#[derive(Debug)]
struct Desk {
    free: usize,
    waiting: BinaryHeap<Waiting>,
    asked: u64,
}

/// Someone who waits: by his run's turn, then by when he asked.
#[derive(Debug)]
struct Waiting {
    order: Reverse<(u64, u64)>,
    call: oneshot::Sender<Seat>,
}

/// A seat taken, until it is dropped.
#[derive(Debug)]
pub(super) struct Seat {
    house: Arc<House>,
}

impl Room {
    /// A room with so many seats.
    pub fn new(seats: usize) -> Self {
        let desk = Desk { free: seats.max(1), waiting: BinaryHeap::new(), asked: 0 };
        Self { house: Arc::new(House { turns: AtomicU64::new(0), desk: Mutex::new(desk) }), turn: 0 }
    }

    /// The same room, for a run that begins now.
    pub(super) fn next_run(&self) -> Self {
        Self { house: Arc::clone(&self.house), turn: self.house.turns.fetch_add(1, Ordering::Relaxed) }
    }

    /// Takes a seat once it is this run's turn.
    pub(super) async fn enter(&self) -> Seat {
        let called = {
            let mut desk = self.house.desk();
            if desk.free > 0 {
                desk.free -= 1;
                return Seat { house: Arc::clone(&self.house) };
            }
            let (call, called) = oneshot::channel();
            desk.asked += 1;
            let order = Reverse((self.turn, desk.asked));
            desk.waiting.push(Waiting { order, call });
            called
        };
        // Whoever waits is called in the end: seats are given back by being dropped.
        called.await.unwrap_or_else(|_| Seat { house: Arc::clone(&self.house) })
    }
}

impl House {
    fn desk(&self) -> std::sync::MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let next = {
            let mut desk = self.house.desk();
            let next = desk.waiting.pop();
            desk.free += usize::from(next.is_none());
            next
        };
        if let Some(next) = next {
            // Who has gone meanwhile gives his seat back, which calls the next.
            let _ = next.call.send(Seat { house: Arc::clone(&self.house) });
        }
    }
}

impl PartialEq for Waiting {
    fn eq(&self, other: &Self) -> bool {
        self.order == other.order
    }
}

impl Eq for Waiting {}

impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Waiting {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.order.cmp(&other.order)
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[test]
    fn the_run_that_began_first_is_next() {
        let room = Room::new(1);
        let (first, second, third) = (room.next_run(), room.next_run(), room.next_run());
        let seat = second.enter().now_or_never().expect("a free seat");
        let (mut late, mut early, mut again) =
            (Box::pin(third.enter()), Box::pin(first.enter()), Box::pin(first.enter()));
        for waiting in [&mut late, &mut early, &mut again] {
            assert!(waiting.now_or_never().is_none());
        }
        drop(seat);
        assert!((&mut late).now_or_never().is_none());
        assert!((&mut again).now_or_never().is_none());
        let seat = (&mut early).now_or_never().expect("the first run's turn");
        drop(seat);
        let seat = (&mut again).now_or_never().expect("who asked first of one run");
        drop(seat);
        assert!((&mut late).now_or_never().is_some());
    }

    #[test]
    fn a_seat_is_lost_by_nobody_who_goes_away() {
        let room = Room::new(1);
        let (first, second) = (room.next_run(), room.next_run());
        let seat = second.enter().now_or_never().expect("a free seat");
        let mut called = Box::pin(first.enter());
        let mut gone = Box::pin(first.enter());
        let mut last = Box::pin(second.enter());
        for waiting in [&mut called, &mut gone, &mut last] {
            assert!(waiting.now_or_never().is_none());
        }
        // One goes before he is called, one after.
        drop(gone);
        drop(seat);
        assert!((&mut last).now_or_never().is_none());
        drop(called);
        assert!((&mut last).now_or_never().is_some());
        assert!(room.enter().now_or_never().is_some());
    }
}
