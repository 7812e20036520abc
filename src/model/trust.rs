use std::sync::Arc;

/// Whose word is taken for who a server is, where it is asked over `https:`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub enum Trust {
    /// That of the authorities which the machine trusts.
    #[default]
    Machine,
    /// Theirs, and that of these authorities: certificates as PEM text (RFC 7468).
    Also(Arc<str>),
    /// The server's own: what comes may be anybody's.
    Anyone,
}
