//! Durations, sizes, rates as operators write them.

use std::time::Duration;

use super::section::Fault;

const DAY: u64 = 86_400;

/// Units of time in milliseconds. A year has 365 days.
const UNITS: &[(&str, u64)] = &[
    ("ms", 1),
    ("s", 1000),
    ("m", 60 * 1000),
    ("h", 3600 * 1000),
    ("d", DAY * 1000),
    ("w", 7 * DAY * 1000),
    ("y", 365 * DAY * 1000),
];

/// A length of time: `30m`, `2d`, `2y`, `1h30m`, `500ms`.
pub(super) fn duration(text: &str) -> Result<Duration, Fault> {
    let fault = || {
        Fault::new(
            format!("`{text}` is not a length of time"),
            "write a number and a unit, like `30s`, `15m`, `6h`, `2d`, `1w` or `2y`",
        )
    };
    let mut rest = text.trim();
    let mut total = 0u64;
    if rest.is_empty() {
        return Err(fault());
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let (number, after) = rest.split_at(digits);
        let after = after.trim_start();
        let letters = after.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(after.len());
        let (unit, after) = after.split_at(letters);
        let number: u64 = number.parse().map_err(|_| fault())?;
        let (_, length) = UNITS.iter().find(|(name, _)| *name == unit).ok_or_else(fault)?;
        total = number.checked_mul(*length).and_then(|ms| total.checked_add(ms)).ok_or_else(fault)?;
        rest = after.trim_start();
    }
    // Three centuries: beyond that, instants can no longer be computed.
    if total > 300 * 365 * DAY * 1000 {
        return Err(fault());
    }
    Ok(Duration::from_millis(total))
}

/// A length of time that is not nothing.
pub(super) fn some_duration(text: &str) -> Result<Duration, Fault> {
    match duration(text)? {
        Duration::ZERO => Err(Fault::new("must be longer than nothing", "write a number above 0, like `30s`")),
        some => Ok(some),
    }
}

/// A number of bytes: `10MB`, `512 KiB`, `1000000`.
pub(super) fn size(text: &str) -> Result<u64, Fault> {
    let fault = || Fault::new(format!("`{text}` is not a size"), "write a number and a unit, like `512KB` or `10MB`");
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().map_err(|_| fault())?;
    let factor: u64 = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "kb" | "k" => 1000,
        "kib" => 1 << 10,
        "mb" | "m" => 1_000_000,
        "mib" => 1 << 20,
        "gb" | "g" => 1_000_000_000,
        "gib" => 1 << 30,
        _ => return Err(fault()),
    };
    number.checked_mul(factor).filter(|n| *n > 0).ok_or_else(fault)
}

/// The spacing that a rate asks for: `1/2s` is one request in two seconds, `30/m` thirty a minute.
pub(super) fn rate(text: &str) -> Result<Duration, Fault> {
    let fault = || {
        Fault::new(
            format!("`{text}` is not a rate"),
            "write requests per length of time, like `1/2s` (one in two seconds) or `30/m`",
        )
    };
    let (count, per) = text.split_once('/').ok_or_else(fault)?;
    let count: u32 = count.trim().parse().ok().filter(|n| *n > 0).ok_or_else(fault)?;
    let per = per.trim();
    let per = if per.starts_with(|c: char| c.is_ascii_digit()) { per.to_owned() } else { format!("1{per}") };
    let per = duration(&per).map_err(|_| fault())?;
    Ok(per / count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_are_numbers_with_units() {
        for (text, seconds) in [
            ("30m", Some(1800.0)),
            ("2d", Some(172_800.0)),
            ("2y", Some(63_072_000.0)),
            ("1h30m", Some(5400.0)),
            ("1h 30m", Some(5400.0)),
            ("500ms", Some(0.5)),
            ("10 s", Some(10.0)),
            ("0s", Some(0.0)),
            ("30", None),
            ("", None),
            ("m", None),
            ("1x", None),
            ("-1s", None),
            ("1.5h", None),
            ("99999999999999999999y", None),
            ("18446744073709551615ms", None),
            ("５m", None),
        ] {
            assert_eq!(duration(text).ok().map(|d| d.as_secs_f64()), seconds, "{text}");
        }
        assert!(some_duration("0s").is_err());
    }

    #[test]
    fn sizes_are_bytes_with_units() {
        for (text, bytes) in [
            ("10MB", Some(10_000_000)),
            ("10 MiB", Some(10_485_760)),
            ("512kb", Some(512_000)),
            ("1000", Some(1000)),
            ("0", None),
            ("MB", None),
            ("10 bananas", None),
            ("99999999999GB", None),
        ] {
            assert_eq!(size(text).ok(), bytes, "{text}");
        }
    }

    #[test]
    fn rates_become_spacings() {
        for (text, ms) in [
            ("1/2s", Some(2000)),
            ("30/m", Some(2000)),
            ("2 / s", Some(500)),
            ("0/s", None),
            ("1/", None),
            ("1", None),
            ("1/s/s", None),
        ] {
            assert_eq!(rate(text).ok().map(|d| d.as_millis()), ms, "{text}");
        }
    }
}
