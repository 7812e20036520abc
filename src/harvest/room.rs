//! The room where pages are read: a thread for each seat, and one queue before them.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use super::places::Places;
use crate::model::caught;

/// So many runs for each seat may go on at once at first, and while the readers are behind.
const RUNS: usize = 8;
/// The readers are behind while so many pages wait for each seat.
const MANY: usize = 1;

/// Threads that read pages, as many as there are seats: each keeps memory of its own. Of the runs that wait, that
/// which began first is next: so runs end one after the other, and let go of the articles that they hold, where in
/// turns all would hold all of theirs to the end. Cheap to clone; the threads end with the last of the clones.
#[derive(Clone)]
pub struct Room {
    door: Arc<Door>,
    /// The run that it is for, once one has begun.
    run: Option<Arc<Run>>,
}

/// A run under way: it has a place until all its clones of the room are gone.
struct Run {
    door: Arc<Door>,
    /// Its place in the order of all.
    turn: u64,
}

impl Drop for Run {
    fn drop(&mut self) {
        self.door.places.give_back(self.door.is_behind());
    }
}

/// Closes the house when nobody can come any more.
struct Door {
    house: Arc<House>,
    seats: usize,
    turns: AtomicU64,
    places: Places,
}

#[derive(Default)]
struct House {
    desk: Mutex<Desk>,
    call: Condvar,
}

#[derive(Default)]
struct Desk {
    /// By the run's turn, then by when it was brought.
    waiting: BTreeMap<(u64, u64), Work>,
    asked: u64,
    threads: usize,
    idle: usize,
    closed: bool,
}

type Work = Box<dyn FnOnce() + Send>;

impl Room {
    /// A room with so many seats.
    pub fn new(seats: usize) -> Self {
        let seats = seats.max(1);
        let places = Places::new(seats.saturating_mul(RUNS));
        let door = Door { house: Arc::default(), seats, turns: AtomicU64::new(0), places };
        Self { door: Arc::new(door), run: None }
    }

    /// The same room, for a run that begins; waits in line for its place.
    pub(super) async fn next_run(&self) -> Self {
        let door = Arc::clone(&self.door);
        door.places.take(|| door.is_behind()).await;
        let turn = door.turns.fetch_add(1, Ordering::Relaxed);
        Self { door: Arc::clone(&door), run: Some(Arc::new(Run { door, turn })) }
    }

    /// Has work done on a seat, once it is this run's turn. Fails where the work panics, or no thread starts.
    pub(super) async fn work<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, String> {
        let (reply, answer) = oneshot::channel();
        self.bring(Box::new(move || {
            // Nobody may wait for it any more.
            if !reply.is_closed() {
                let _ = reply.send(caught(work));
            }
        }))?;
        match answer.await {
            Ok(Ok(done)) => Ok(done),
            Ok(Err(said)) => Err(format!("it panicked: {said}")),
            Err(_) => Err("it was given up".to_owned()),
        }
    }

    fn bring(&self, work: Work) -> Result<(), String> {
        let house = &self.door.house;
        let mut desk = house.desk();
        if desk.idle <= desk.waiting.len() && desk.threads < self.door.seats {
            let inside = Arc::clone(house);
            let started = std::thread::Builder::new().name("page-reader".to_owned()).spawn(move || inside.serve());
            match started {
                Ok(_) => desk.threads += 1,
                Err(error) if desk.threads == 0 => return Err(format!("no thread starts: {error}")),
                Err(_) => {}
            }
        }
        desk.asked += 1;
        let order = (self.run.as_ref().map_or(0, |run| run.turn), desk.asked);
        desk.waiting.insert(order, work);
        house.call.notify_one();
        Ok(())
    }
}

impl Door {
    fn is_behind(&self) -> bool {
        self.house.desk().waiting.len() >= self.seats.saturating_mul(MANY)
    }
}

impl House {
    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A seat's thread: until the house is closed and all is done.
    fn serve(&self) {
        while let Some(work) = self.next() {
            work();
        }
    }

    fn next(&self) -> Option<Work> {
        let mut desk = self.desk();
        loop {
            if let Some((_, work)) = desk.waiting.pop_first() {
                return Some(work);
            }
            if desk.closed {
                return None;
            }
            desk.idle += 1;
            desk = self.call.wait(desk).unwrap_or_else(PoisonError::into_inner);
            desk.idle -= 1;
        }
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        self.house.desk().closed = true;
        self.house.call.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use futures_util::FutureExt;
    use futures_util::future::join_all;

    use super::*;

    #[tokio::test]
    async fn the_run_that_began_first_is_next() {
        let room = Room::new(1);
        let (first, second, third) = (room.next_run().await, room.next_run().await, room.next_run().await);
        let (begin, begun) = mpsc::channel::<()>();
        let order = Arc::new(Mutex::new(Vec::new()));
        let noted = |room: &Room, name: &'static str| {
            let (room, order) = (room.clone(), Arc::clone(&order));
            async move { room.work(move || order.lock().unwrap().push(name)).await.unwrap() }.boxed()
        };
        // The only seat is taken until all have come.
        let mut held = Box::pin(second.work(move || begun.recv().is_ok()));
        assert!((&mut held).now_or_never().is_none());
        let mut waiting = vec![noted(&third, "third"), noted(&first, "first"), noted(&first, "first again")];
        for one in &mut waiting {
            assert!(one.now_or_never().is_none());
        }
        // Who goes away is not waited for.
        let mut gone = noted(&first, "gone");
        assert!((&mut gone).now_or_never().is_none());
        drop(gone);
        begin.send(()).unwrap();
        assert_eq!(held.await, Ok(true));
        join_all(waiting).await;
        assert_eq!(*order.lock().unwrap(), ["first", "first again", "third"]);
    }

    #[tokio::test]
    async fn a_panic_takes_nobodys_seat() {
        let room = Room::new(1);
        let panicked = room.work(|| -> u32 { panic!("a page of {} tags", 3) }).await;
        assert_eq!(panicked, Err("it panicked: a page of 3 tags".to_owned()));
        assert_eq!(room.work(|| 4).await, Ok(4));
        assert_eq!(room.door.house.desk().threads, 1);
    }
}
