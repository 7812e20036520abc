use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Changes, Problem, SourceId};

/// One run over one source, and what came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HarvestReport {
    /// Whose run.
    pub source: SourceId,
    /// When it began.
    pub started: DateTime<Utc>,
    /// When it ended.
    pub finished: DateTime<Utc>,
    /// What came of it.
    pub outcome: Outcome,
    /// A sentence for people: what failed, where, what to do; empty when all was well.
    pub reason: String,
    /// HTTP status of the listing, where one came.
    pub status: Option<u16>,
    /// How many teasers the listing showed.
    pub listed: usize,
    /// What storing did.
    pub changes: Changes,
    /// Article pages asked for.
    pub articles: usize,
    /// Article pages that failed.
    pub articles_failed: usize,
    /// Bytes received, content coding off.
    pub bytes: u64,
    /// What was wrong on the way.
    pub problems: Vec<Problem>,
}

impl HarvestReport {
    /// The report of a run that begins: nothing found yet, nothing wrong.
    pub fn begun(source: SourceId, started: DateTime<Utc>) -> Self {
        Self {
            source,
            started,
            finished: started,
            outcome: Outcome::Ok,
            reason: String::new(),
            status: None,
            listed: 0,
            changes: Changes::default(),
            articles: 0,
            articles_failed: 0,
            bytes: 0,
            problems: Vec::new(),
        }
    }
}

/// What came of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Read; nothing wrong.
    Ok,
    /// The server, or the bytes, say that nothing changed.
    Unchanged,
    /// The list is there and empty.
    Empty,
    /// Read where it has moved to for good, by a redirect (301, 308) that has held: it is asked there from now on.
    Moved,
    /// The page no longer looks as its rules or its history say.
    StructureMissing,
    /// So much was new at once that it is held until an operator has looked.
    Quarantined,
    /// A login, a bot check, a consent wall, or robots.txt forbids.
    Blocked,
    /// 410: gone for good.
    Gone,
    /// Network, HTTP or content failure.
    Broken,
}

impl Outcome {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Ok,
        Self::Unchanged,
        Self::Empty,
        Self::Moved,
        Self::StructureMissing,
        Self::Quarantined,
        Self::Blocked,
        Self::Gone,
        Self::Broken,
    ];

    /// Whether the run did what it was for.
    pub fn is_success(self) -> bool {
        matches!(self, Self::Ok | Self::Unchanged | Self::Empty | Self::Moved)
    }

    /// The word used in logs, tables and metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Unchanged => "unchanged",
            Self::Empty => "empty",
            Self::Moved => "moved",
            Self::StructureMissing => "structure-missing",
            Self::Quarantined => "quarantined",
            Self::Blocked => "blocked",
            Self::Gone => "gone",
            Self::Broken => "broken",
        }
    }
}
