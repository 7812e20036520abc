use std::time::Duration;

/// When a source is asked, as written. The `schedule` room gives it meaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Schedule {
    /// `every 30m`.
    Every(Duration),
    /// `cron …`: five fields, or six with seconds, in the source's time zone.
    Cron(String),
    /// From the source's own rhythm, between these bounds.
    Adaptive {
        /// Never more often.
        min: Duration,
        /// Never more seldom.
        max: Duration,
    },
}
