//! Texts that a person types.

/// Trimmed, when it is one line of 1 to `characters_max` characters without control characters.
pub fn one_line(text: &str, characters_max: usize) -> Option<&str> {
    let text = text.trim();
    let fits = !text.is_empty() && text.chars().count() <= characters_max && !text.chars().any(char::is_control);
    fits.then_some(text)
}

#[cfg(test)]
mod tests {
    use super::one_line;

    #[test]
    fn a_line_is_trimmed_and_bounded_in_characters() {
        assert_eq!(one_line("  äöü ", 3), Some("äöü"));
        assert_eq!(one_line("äöüß", 3), None);
        assert_eq!(one_line(" \t ", 3), None);
        assert_eq!(one_line("a\nb", 3), None);
    }
}
