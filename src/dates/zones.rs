//! Names of time zones as news pages and mail headers write them.

use crate::model::Timezone;

/// What a zone's name says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Zone {
    /// Seconds east of Greenwich.
    Fixed(i32),
    /// A place with its own rules.
    Place(Timezone),
}

/// A zone by its abbreviation, in any case; `home` and `language` decide between namesakes.
pub(super) fn by_abbreviation(name: &str, home: Timezone, language: Option<&str>) -> Option<Zone> {
    if name.len() > 24 {
        return None;
    }
    let upper = name.to_uppercase();
    let hours = |h: i32| Some(Zone::Fixed(h * 3600));
    let half = |h: i32, m: i32| Some(Zone::Fixed(h * 3600 + m * 60));
    let at_home = |prefix: &str| home.name().starts_with(prefix);
    match upper.as_str() {
        "Z" | "UT" | "UTC" | "GMT" | "WET" | "ZULU" => hours(0),
        // Clocks that change keep their change under the short names.
        "ET" => by_place("America/New_York"),
        "CT" => by_place("America/Chicago"),
        "MT" => by_place("America/Denver"),
        "PT" => by_place("America/Los_Angeles"),
        "EST" | "COT" | "PET" | "ECT" => hours(-5),
        "EDT" | "AST" | "AT" | "CLT" | "VET" | "BOT" => hours(-4),
        "CST" if at_home("Asia/") || language.is_some_and(|l| l.starts_with("zh")) => hours(8),
        "CST" | "MDT" => hours(-6),
        "CDT" => hours(-5),
        "MST" | "PDT" => hours(-7),
        "PST" => hours(-8),
        "AKST" => hours(-9),
        "AKDT" => hours(-8),
        "HST" => hours(-10),
        "ADT" | "BRT" | "ART" | "UYT" | "CLST" => hours(-3),
        "NST" => half(-3, -30),
        "NDT" => half(-2, -30),
        "BST" if at_home("Asia/Dhaka") => hours(6),
        "BST" | "CET" | "MEZ" | "WEST" | "WAT" => hours(1),
        "CEST" | "MESZ" | "EET" | "OEZ" | "CAT" | "SAST" | "IDT" => hours(if upper == "IDT" { 3 } else { 2 }),
        "EEST" | "MSK" | "МСК" | "EAT" | "TRT" | "OESZ" | "AST3" => hours(3),
        "IRST" => half(3, 30),
        "GST" | "SAMT" => hours(4),
        "AFT" => half(4, 30),
        "PKT" | "UZT" | "YEKT" => hours(5),
        "IST" if at_home("Europe/") => hours(1),
        "IST" if at_home("Asia/Kolkata") || at_home("Asia/Calcutta") => half(5, 30),
        // India writes the same letters, but its pages say so by their zone or their language.
        "IST" if language.is_some_and(is_indian) => half(5, 30),
        "IST" => hours(2),
        "NPT" => half(5, 45),
        "ALMT" | "BDT" | "OMST" => hours(6),
        "MMT" => half(6, 30),
        "WIB" | "ICT" | "NOVT" | "KRAT" => hours(7),
        "WITA" | "HKT" | "SGT" | "MYT" | "PHT" | "AWST" | "IRKT" => hours(8),
        "WIT" | "JST" | "KST" | "YAKT" => hours(9),
        "ACST" => half(9, 30),
        "ACDT" => half(10, 30),
        "AEST" | "VLAT" => hours(10),
        "AEDT" | "SRET" => hours(11),
        "NZST" | "PETT" => hours(12),
        "NZDT" => hours(13),
        _ => None,
    }
}

fn is_indian(language: &str) -> bool {
    let base = language.split('-').next().unwrap_or(language);
    matches!(base, "hi" | "mr" | "gu" | "pa" | "bn" | "ta" | "te" | "kn" | "ml" | "or" | "as")
        || language.eq_ignore_ascii_case("en-IN")
}

/// A zone by its name in the IANA database, `America/Los_Angeles`.
pub(super) fn by_place(name: &str) -> Option<Zone> {
    Timezone::named(name).map(Zone::Place)
}
