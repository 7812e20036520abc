//! The clockwork.
