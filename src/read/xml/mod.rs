//! XML of any quality into a small tree.
//!
//! Not a conforming parser: one that reads what feeds are really made of. Bare ampersands, unquoted
//! attributes, unclosed and crossed tags, HTML inside, junk before and after, undeclared prefixes and entities
//! are all read as they were meant. Nothing outside the text is ever opened; entities a document declares
//! itself stand for plain text only, and for no more than a bounded amount of it. Time and memory are linear
//! in the input.

mod element;
mod entities;
mod lexer;
mod names;
mod serialize;
#[cfg(test)]
mod tests;
mod tree;

pub(super) use element::{Element, begins};
pub(super) use lexer::{Lexer, Token};
pub(super) use names::Space;
pub(super) use serialize::escape;
pub(super) use tree::Xml;
