use std::panic::{AssertUnwindSafe, catch_unwind};

use serde::{Deserialize, Serialize};

/// Something wrong with a page or a rule: data, not an error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// How much it matters.
    pub severity: Severity,
    /// A sentence: what is wrong, where, what to do.
    pub message: String,
}

/// How much a problem matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Something was lost or guessed.
    Warning,
    /// The page could not serve its purpose.
    Failure,
}

impl Problem {
    /// Worth knowing.
    pub fn note(message: impl Into<String>) -> Self {
        Self { severity: Severity::Note, message: message.into() }
    }
    /// Something was lost or guessed.
    pub fn warning(message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, message: message.into() }
    }
    /// The page could not serve its purpose.
    pub fn failure(message: impl Into<String>) -> Self {
        Self { severity: Severity::Failure, message: message.into() }
    }
}

/// What a reader found, and what was wrong on the way. Readers never fail.
#[derive(Debug, Clone, PartialEq)]
pub struct Read<T> {
    /// What the page says.
    pub value: T,
    /// What was wrong.
    pub problems: Vec<Problem>,
}

impl<T> Read<T> {
    /// A value read without trouble.
    pub fn clean(value: T) -> Self {
        Self { value, problems: Vec::new() }
    }
}

/// Has a reader at work that may have a bug: what the panic says, where it panics.
pub fn caught<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| {
        let said = panic.downcast_ref::<String>().map(String::as_str);
        said.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or_default().to_owned()
    })
}
