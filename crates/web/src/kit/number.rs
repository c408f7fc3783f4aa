//! Numbers as people read them: grouped, with the right word behind them.

/// Groups thousands: `1284` is "1,284".
pub fn number(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number with its noun: "1 policy", "3,412 policies".
pub fn counted(value: u64, one: &str, many: &str) -> String {
    format!("{} {}", number(value), if value == 1 { one } else { many })
}

/// A size in bytes with one decimal at most: "812 B", "4.2 KB", "148 MB". A KB is 1,000 bytes.
pub fn size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["B", "KB", "MB", "GB", "TB"];
    let mut unit = 0;
    let mut value = bytes as f64;
    while value >= 999.5 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    if unit == 0 || value >= 9.95 {
        format!("{} {}", number(value.round() as u64), UNITS[unit])
    } else {
        format!("{value:.1} {}", UNITS[unit])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_grouped() {
        assert_eq!(
            ["0", "999", "1,000", "1,234,567"],
            [0, 999, 1000, 1_234_567].map(number).each_ref().map(String::as_str)
        );
    }

    #[test]
    fn only_one_is_singular() {
        assert_eq!(counted(0, "item", "items"), "0 items");
        assert_eq!(counted(1, "item", "items"), "1 item");
        assert_eq!(counted(3412, "policy", "policies"), "3,412 policies");
    }

    #[test]
    fn sizes_change_unit_before_they_round_to_a_thousand() {
        assert_eq!(size(812), "812 B");
        assert_eq!(size(4_210), "4.2 KB");
        assert_eq!(size(148_000_000), "148 MB");
        assert_eq!(size(999_600), "1.0 MB");
    }
}
