//! From names made for programs to words for people.

/// `passwordMinimumLength` becomes `Password minimum length`; runs of capitals stay together (`useVPNTunnel`: `Use VPN tunnel`).
pub(crate) fn from_camel_case(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut words: Vec<String> = vec![String::new()];
    for (index, &letter) in letters.iter().enumerate() {
        let before = index.checked_sub(1).map(|at| letters[at]);
        let next_is_small = letters.get(index + 1).is_some_and(|next| next.is_lowercase());
        let starts = letter.is_uppercase()
            && before.is_some_and(|before| before.is_lowercase() || before.is_numeric() || next_is_small);
        if letter == '_' || letter == '-' || letter == ' ' || letter == '.' || starts {
            words.push(String::new());
        }
        if letter.is_alphanumeric() {
            words.last_mut().expect("there is always one").push(letter);
        }
    }
    words.retain(|word| !word.is_empty());
    sentence(words)
}

fn sentence(words: Vec<String>) -> String {
    let all_capitals = |word: &str| word.chars().count() > 1 && !word.chars().any(char::is_lowercase);
    let words: Vec<String> =
        words.into_iter().map(|word| if all_capitals(&word) { word } else { word.to_lowercase() }).collect();
    let text = words.join(" ");
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
