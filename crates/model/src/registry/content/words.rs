//! From names made for programs to words for people.

/// `passwordMinimumLength` becomes `Password minimum length`; runs of capitals stay together (`useVPNTunnel`: `Use VPN tunnel`).
pub(crate) fn from_camel_case(name: &str) -> String {
    let (mut text, mut word) = (String::with_capacity(name.len() + 8), String::new());
    let (mut before, mut letters) = (None, name.chars().peekable());
    while let Some(letter) = letters.next() {
        let next_is_small = letters.peek().is_some_and(|next| next.is_lowercase());
        let starts = letter.is_uppercase()
            && before.is_some_and(|before: char| before.is_lowercase() || before.is_numeric() || next_is_small);
        if starts || matches!(letter, '_' | '-' | ' ' | '.') {
            add(&mut text, &mut word);
        }
        if letter.is_alphanumeric() {
            word.push(letter);
        }
        before = Some(letter);
    }
    add(&mut text, &mut word);
    capitalised(text)
}

/// Moves a word to the end of the sentence, in small letters unless it is all capitals.
fn add(text: &mut String, word: &mut String) {
    if !text.is_empty() && !word.is_empty() {
        text.push(' ');
    }
    let all_capitals = word.chars().nth(1).is_some() && !word.chars().any(char::is_lowercase);
    if !all_capitals && word.is_ascii() {
        word.make_ascii_lowercase();
    } else if !all_capitals {
        *word = word.to_lowercase();
    }
    text.push_str(word);
    word.clear();
}

fn capitalised(mut text: String) -> String {
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
        return text;
    }
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// The readable end of a settings catalog id. `device_vendor_msft_policy_config_defender_allowarchivescanning` has
/// lost its capitals for ever, so the last segments are as far as the document allows.
pub(crate) fn from_setting_id(id: &str) -> String {
    let mut rest = id;
    for prefix in ["device_", "user_", "vendor_msft_", "policy_config_", "./"] {
        rest = rest.strip_prefix(prefix).unwrap_or(rest);
    }
    let segments: Vec<&str> = rest.split(['_', '~', '.']).filter(|segment| !segment.is_empty()).collect();
    let shown = &segments[segments.len().saturating_sub(3)..];
    shown.iter().map(|segment| from_camel_case(segment)).collect::<Vec<_>>().join(" › ")
}

/// What is left of a choice's id after its setting's id: `…_requiredeviceencryption_1` gives `1`.
pub(super) fn choice(setting: &str, chosen: &str) -> String {
    let suffix =
        chosen.strip_prefix(setting).map(|suffix| suffix.trim_start_matches('_')).filter(|suffix| !suffix.is_empty());
    let suffix = suffix.unwrap_or_else(|| chosen.rsplit('_').next().unwrap_or(chosen));
    from_camel_case(suffix)
}

#[cfg(test)]
mod tests {
    use super::{choice, from_camel_case, from_setting_id};

    #[test]
    fn camel_case_becomes_words() {
        assert_eq!(from_camel_case("passwordMinimumLength"), "Password minimum length");
        assert_eq!(from_camel_case("useVPNTunnel"), "Use VPN tunnel");
        assert_eq!(from_camel_case("osMinimumVersion10"), "Os minimum version10");
        assert_eq!(from_camel_case("äpfelUndÖl"), "Äpfel und öl");
        assert_eq!(from_camel_case("a/b_XMLFile.v2"), "Ab XML file v2");
        assert_eq!(from_camel_case("ΟΔΟΣ ὁδΌΣ"), "ΟΔΟΣ ὁδ ΌΣ");
        assert_eq!(from_camel_case(""), "");
    }

    #[test]
    fn a_setting_is_called_by_the_end_of_its_id() {
        let id = "device_vendor_msft_policy_config_defender_allowarchivescanning";
        assert_eq!(from_setting_id(id), "Defender › Allowarchivescanning");
        assert_eq!(choice(id, &format!("{id}_1")), "1");
        assert_eq!(choice("a", "b_enabled"), "Enabled");
    }
}
