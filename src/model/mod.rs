//! The words. Plain values that every room shares.
//!
//! Comes in: nothing. Goes out: types. Never: I/O, async, a clock, another room.

mod article;
mod bits;
mod browsing;
mod byline;
mod enclosure;
mod entry;
mod extras;
mod feed;
mod guide;
mod harvest;
mod ids;
mod listing;
mod page;
mod person;
mod problem;
mod profile;
mod quiet;
mod rules;
mod schedule;
mod secret;
mod site;
mod sketch;
mod source;
mod text;
mod texts;
mod timezone;
mod trust;
mod written;

pub use article::Article;
pub use bits::SPREAD;
pub use browsing::{Browsing, Step};
pub use byline::{after_byline_label, is_office, is_office_word, may_hold_byline_label};
pub use enclosure::{Enclosure, Picture};
pub use entry::{Changes, Draft, Elsewhere, Entry, EntryId, is_sure};
pub use extras::{About, Credit, Episode, Extras, Genre, Scheme, Show, Spot, SpotShape, Tag};
pub use feed::{Dedupe, Feed, Selection};
pub use guide::{FeedGuide, Guide, PageGuide, Row, Way};
pub use harvest::{HarvestReport, Outcome};
pub use ids::{FeedId, InvalidId, SourceId};
pub use listing::{FeedFormat, FeedLink, Listing, ListingMethod, PageKind, Teaser};
pub use page::{Announced, Page, PageRequest, Validators};
pub use person::Person;
pub use problem::{Problem, Read, Severity, caught};
pub use profile::{Gap, Links, Profile, Shape};
pub use quiet::Quiet;
pub use rules::{ArticleRules, Field, Filter, ListingRules, Rules, Verb};
pub use schedule::Schedule;
pub use secret::Secret;
pub use site::{registrable_domain, same_site};
pub use sketch::Sketch;
pub use source::{ArticleMode, Expectation, Kind, Render, Source};
pub use text::{
    fold_space, holds, is_han, is_surely_folded, is_wide, letters, push_folded, push_letter, push_letters, resemblance,
    same_letters, split_at_blank, text_weight,
};
pub use texts::{Text, Texts};
pub use timezone::Timezone;
pub use trust::Trust;
pub use written::{Origin, Written};
