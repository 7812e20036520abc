//! The real binary, a real store, real HTTP, against newspapers that the tests print on loopback.
//!
//! One binary, so that two cores link once. Each chapter is a file; `press` prints newspapers, `courant` runs
//! the program, `http` is a reader.

mod courant;
mod http;
mod paper;
mod press;

mod browser;
mod carried;
mod catch_up;
mod certificates;
mod commands;
mod conditional;
mod crash;
mod demo;
mod doctor;
mod drift;
mod failures;
mod first_harvest;
mod follow;
mod formats;
mod guard;
mod json;
mod known;
mod ledger;
mod manners;
mod offers;
mod private;
mod push;
#[cfg(feature = "test-readers")]
mod readers;
mod reload;
mod replay;
mod rhythm;
mod shutdown;
mod stories;
