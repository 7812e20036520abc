use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// What healthy runs over a source look like: the latest few, newest last.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Profile {
    /// The runs that read a list, but for the first of all.
    pub runs: Vec<Shape>,
}

/// What one run looked like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shape {
    /// When it began.
    pub at: DateTime<Utc>,
    /// Teasers listed.
    pub listed: usize,
    /// Of these, known before.
    pub known: usize,
    /// Of these, with a date.
    pub dated: usize,
}

impl Shape {
    /// Teasers never seen before.
    pub fn news(&self) -> usize {
        self.listed.saturating_sub(self.known)
    }
}

impl Profile {
    /// Runs remembered: a day of half-hours.
    const REMEMBERED: usize = 48;

    /// Remembers a run.
    pub fn note(&mut self, shape: Shape) {
        self.runs.push(shape);
        let surplus = self.runs.len().saturating_sub(Self::REMEMBERED);
        self.runs.drain(..surplus);
    }
}
