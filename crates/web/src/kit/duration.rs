//! Durations: the two largest units, "6 min 2 s".

/// A duration given in milliseconds. Less than a second is "< 1 s"; a negative one (two clocks) counts as none.
pub fn duration(milliseconds: i64) -> String {
    let seconds = milliseconds.max(0) / 1000;
    if seconds == 0 {
        return "< 1 s".to_owned();
    }
    const UNITS: [(i64, &str); 4] = [(86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")];
    let first = UNITS.iter().position(|(length, _)| seconds >= *length).unwrap_or(UNITS.len() - 1);
    let (length, name) = UNITS[first];
    let mut text = format!("{} {name}", seconds / length);
    // The second unit is the next one down, never two down: "1 d 4 h", not "1 d 5 min".
    if let Some((next_length, next_name)) = UNITS.get(first + 1) {
        let rest = seconds % length / next_length;
        if rest > 0 {
            text.push_str(&format!(" {rest} {next_name}"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::duration;

    #[test]
    fn at_most_two_units_are_shown() {
        assert_eq!(duration(2_000), "2 s");
        assert_eq!(duration(362_000), "6 min 2 s");
        assert_eq!(duration(3_600_000), "1 h");
        assert_eq!(duration(3_725_000), "1 h 2 min");
        assert_eq!(duration(90_061_000), "1 d 1 h");
    }

    #[test]
    fn a_zero_second_unit_is_left_out_and_never_replaced_by_a_smaller_one() {
        assert_eq!(duration(86_400_000 + 300_000), "1 d");
        assert_eq!(duration(120_000), "2 min");
    }

    #[test]
    fn less_than_a_second_and_less_than_nothing() {
        assert_eq!(duration(999), "< 1 s");
        assert_eq!(duration(-5_000), "< 1 s");
    }
}
