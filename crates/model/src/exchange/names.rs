//! Names of files that every file system takes: Windows refuses the most, and some do not tell `A` from `a`.

/// Characters of a name; with the longest folder and id a path stays below the 260 characters of Windows.
const NAME_MAX: usize = 80;
/// Bytes of a name: most file systems take 255 for name, id and ending together.
const NAME_BYTES_MAX: usize = 150;
/// Characters of an id that is written as it is.
const ID_MAX: usize = 64;
/// The same where a tool reads it: two GUIDs with an underscore between them are the longest.
const FILE_ID_MAX: usize = 80;

const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "conin$", "conout$"];

/// A person's name for something, as part of a file name.
pub(super) fn safe(name: &str) -> String {
    let replaced: String = name.chars().map(|one| if is_refused(one) { '_' } else { one }).collect();
    let mut text = String::new();
    for one in replaced.trim_start_matches([' ', '.']).chars().take(NAME_MAX) {
        if text.len() + one.len_utf8() > NAME_BYTES_MAX {
            break;
        }
        text.push(one);
    }
    text.truncate(text.trim_end_matches([' ', '.']).len());
    if text.is_empty() || is_device(&text) { format!("_{text}") } else { text }
}

fn is_refused(one: char) -> bool {
    one.is_control()
        || matches!(one, '<' | '>' | ':' | '"' | '/' | '\\' | '|' | '?' | '*' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Windows opens a device for these, whatever ending they have.
fn is_device(name: &str) -> bool {
    let base = name.split('.').next().unwrap_or_default().trim_end().to_lowercase();
    let numbered = base.strip_prefix("com").or_else(|| base.strip_prefix("lpt"));
    let is_number =
        |rest: &str| matches!(rest, "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9" | "¹" | "²" | "³");
    DEVICES.contains(&base.as_str()) || numbered.is_some_and(is_number)
}

/// An id as part of a file name, different for different ids also where `A` is `a`.
pub(super) fn id_part(id: &str) -> String {
    let plain = id.chars().all(|one| one.is_ascii_alphanumeric() || matches!(one, '-' | '_' | '.'));
    match id {
        _ if !plain || id.is_empty() || id.len() > ID_MAX || id.ends_with('.') => short_hash(id, 16),
        _ if id.chars().any(|one| one.is_ascii_uppercase()) => format!("{id}-{}", short_hash(id, 6)),
        _ => id.to_owned(),
    }
}

/// An id as it is, for tools that read it out of a file's name; one that no file system takes is replaced.
pub(super) fn file_id(id: &str) -> String {
    let plain = id.chars().all(|one| one.is_ascii_alphanumeric() || matches!(one, '-' | '_'));
    if plain && !id.is_empty() && id.len() <= FILE_ID_MAX { id.to_owned() } else { short_hash(id, 16) }
}

/// The first digits of the SHA-256.
pub(super) fn short_hash(text: &str, digits: usize) -> String {
    let mut hash = super::ours::sha256(text.as_bytes());
    hash.truncate(digits);
    hash
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{id_part, is_refused, safe};

    #[test]
    fn what_windows_refuses_is_replaced() {
        assert_eq!(safe("a/b\\c:d*e?\"<>|"), "a_b_c_d_e_____");
        assert_eq!(safe(" ..hidden. . "), "hidden");
        assert_eq!(safe("CON"), "_CON");
        assert_eq!(safe("lpt1.settings"), "_lpt1.settings");
        assert_eq!(safe("Console"), "Console");
        assert_eq!(safe("..."), "_");
        assert_eq!(safe("Grüße – Prüfung"), "Grüße – Prüfung");
        assert_eq!(safe("a\u{202e}b\n"), "a_b_");
    }

    #[test]
    fn ids_stay_apart_where_capitals_are_not_told_apart() {
        let ids = ["a-1", "A-1", "0", "T_1", "t_1", "a/b", "a b", "", "."];
        let parts: std::collections::BTreeSet<_> = ids.iter().map(|id| id_part(id).to_lowercase()).collect();
        assert_eq!(parts.len(), ids.len());
        assert_eq!(id_part("00000000-0000-0000-0000-0000000000a1"), "00000000-0000-0000-0000-0000000000a1");
    }

    proptest! {
        #[test]
        fn any_name_becomes_a_file_name(name in ".*", id in ".*") {
            let file = format!("{}__{}", safe(&name), id_part(&id));
            prop_assert!(!file.chars().any(is_refused), "{file:?}");
            prop_assert!(file.len() <= 240 && !file.ends_with(['.', ' ']) && !file.starts_with(['.', ' ']), "{file:?}");
        }
    }
}
