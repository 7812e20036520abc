//! Day and month order, proved by the dates of one page.

use super::Order;

/// Day and month order proved by these dates of one page (`31/12/2025` proves one); `None` when none does
/// or they contradict one another.
pub fn order_of<'t>(texts: impl Iterator<Item = &'t str>) -> Option<Order> {
    let (mut days, mut months) = (0usize, 0usize);
    for text in texts.take(500) {
        match one(text) {
            Some(Order::DayFirst) => days += 1,
            Some(Order::MonthFirst) => months += 1,
            None => {}
        }
    }
    // One misprint among many does not count.
    match (days, months) {
        (d, m) if d > 3 * m => Some(Order::DayFirst),
        (d, m) if m > 3 * d => Some(Order::MonthFirst),
        _ => None,
    }
}

/// The order that one text proves: the first `n/n/nnnn` in it of which only one reading is a date.
fn one(text: &str) -> Option<Order> {
    // Most are written otherwise.
    if text.bytes().take(200).filter(|byte| matches!(byte, b'/' | b'.' | b'-')).count() < 2 {
        return None;
    }
    let mut numbers: [(u32, usize); 3] = [(0, 0); 3];
    let mut known = 0;
    let mut bytes = text.bytes().take(200).peekable();
    while let Some(byte) = bytes.next() {
        if !byte.is_ascii_digit() {
            if !matches!(byte, b'/' | b'.' | b'-' | b' ')
                || numbers.get(known).is_some_and(|n| n.1 == 0) && byte != b' '
            {
                (known, numbers) = (0, [(0, 0); 3]);
            } else if numbers.get(known).is_some_and(|n| n.1 > 0) && byte != b' ' {
                known += 1;
            }
            continue;
        }
        let Some(number) = numbers.get_mut(known) else {
            (known, numbers) = (0, [(0, 0); 3]);
            continue;
        };
        *number = (number.0.saturating_mul(10).saturating_add(u32::from(byte - b'0')), number.1 + 1);
        let ends = !bytes.peek().is_some_and(u8::is_ascii_digit);
        if known == 2 && ends {
            let [(a, x), (b, y), (year, z)] = numbers;
            let fits = (1..=2).contains(&x) && (1..=2).contains(&y) && (z == 4 && (1900..2200).contains(&year));
            return match fits.then_some((a, b))? {
                (13..=31, 1..=12) => Some(Order::DayFirst),
                (1..=12, 13..=31) => Some(Order::MonthFirst),
                _ => None,
            };
        }
    }
    None
}
