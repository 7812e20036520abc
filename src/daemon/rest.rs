//! After work memory goes back to the system: what the store holds only to answer sooner, and the free pages that the
//! allocator keeps between those in use.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::spawn_blocking;
use tokio::time::sleep;
use tracing::warn;

use crate::store::Store;

/// How often is looked whether there was work.
const LOOK: Duration = Duration::from_secs(5);
/// Where work never pauses, after so many looks all the same.
const LONGEST: u32 = 12;

/// Gives memory back after the start, and whenever entries have changed and for a while no more do, until it is aborted.
pub(super) async fn run(store: Arc<dyn Store>) {
    let mut work = Work::begun(store.generation());
    loop {
        sleep(LOOK).await;
        if !work.is_over(store.generation()) {
            continue;
        }
        if let Err(error) = store.let_go().await {
            warn!("{error}");
        }
        let _ = spawn_blocking(give_back).await;
    }
}

/// Work, by the number that grows with it.
struct Work {
    /// When memory was given back.
    then: u64,
    /// When it was looked at last, and how often since.
    last: u64,
    looks: u32,
}

impl Work {
    /// To start is work, too.
    fn begun(number: u64) -> Self {
        Self { then: number.wrapping_sub(1), ..Self::at(number) }
    }

    fn at(number: u64) -> Self {
        Self { then: number, last: number, looks: 0 }
    }

    /// Whether there was work, and now is a pause or it has been long.
    fn is_over(&mut self, number: u64) -> bool {
        let before = std::mem::replace(&mut self.last, number);
        if number == self.then {
            return false;
        }
        self.looks += 1;
        let over = number == before || self.looks == LONGEST;
        if over {
            *self = Self::at(number);
        }
        over
    }
}

/// glibc gives back by itself only what lies at the end of a heap. Measured after 300 listings with their articles:
/// 60 MB before, 37 after.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn give_back() {
    // Takes no pointer, and any thread may call it (malloc_trim(3)): the one call here that the compiler has to be told is safe.
    unsafe extern "C" {
        safe fn malloc_trim(pad: usize) -> std::ffi::c_int;
    }
    malloc_trim(0);
}

/// Other allocators give back by themselves.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn give_back() {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_given_back_once_after_work_and_now_and_then_during_it() {
        let mut work = Work::begun(7);
        let mut looks = |numbers: &[u64]| numbers.iter().map(|number| work.is_over(*number)).collect::<Vec<_>>();
        assert_eq!(looks(&[7, 7, 8, 9, 9, 9, 9]), [true, false, false, false, true, false, false]);
        let busy: Vec<u64> = (10..10 + 2 * u64::from(LONGEST)).collect();
        let over = looks(&busy).iter().filter(|over| **over).count();
        assert_eq!(over, 2);
    }
}
