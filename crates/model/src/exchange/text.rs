//! Text in whatever encoding a tool has written it: Windows PowerShell writes UTF-16, Excel and the portal a byte-order mark.

use super::Problem;

const UTF8_MARK: &[u8] = &[0xef, 0xbb, 0xbf];

/// How many bytes make a unit, and whether the first one is the least.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wide {
    Sixteen { little: bool },
    ThirtyTwo { little: bool },
}

/// The text of a file: UTF-8, UTF-16 or UTF-32, with a byte-order mark or without. What is none of them is refused: a guess
/// would change names and values without a word.
pub fn decoded(bytes: &[u8]) -> Result<String, Problem> {
    if let Some(rest) = bytes.strip_prefix(UTF8_MARK) {
        return utf8(rest);
    }
    match wide(bytes) {
        None => utf8(bytes),
        Some((form, mark)) => wide_text(bytes.get(mark..).unwrap_or_default(), form).ok_or_else(unreadable),
    }
}

fn utf8(bytes: &[u8]) -> Result<String, Problem> {
    std::str::from_utf8(bytes).map(str::to_owned).map_err(|_| unreadable())
}

fn unreadable() -> Problem {
    Problem::new("import.encoding", "Its text is neither UTF-8 nor UTF-16 nor UTF-32: save it as UTF-8")
}

/// By the mark, which is so many bytes long, or by where the zeros of two ASCII characters are (JSON begins with such).
fn wide(bytes: &[u8]) -> Option<(Wide, usize)> {
    let form = match bytes {
        [0xff, 0xfe, 0, 0, ..] => (Wide::ThirtyTwo { little: true }, 4),
        [0, 0, 0xfe, 0xff, ..] => (Wide::ThirtyTwo { little: false }, 4),
        [0xff, 0xfe, ..] => (Wide::Sixteen { little: true }, 2),
        [0xfe, 0xff, ..] => (Wide::Sixteen { little: false }, 2),
        [1..=255, 0, 0, 0, ..] => (Wide::ThirtyTwo { little: true }, 0),
        [0, 0, 0, 1..=255, ..] => (Wide::ThirtyTwo { little: false }, 0),
        [1..=255, 0, 1..=255, 0, ..] | [1..=255, 0] => (Wide::Sixteen { little: true }, 0),
        [0, 1..=255, 0, 1..=255, ..] | [0, 1..=255] => (Wide::Sixteen { little: false }, 0),
        _ => return None,
    };
    Some(form)
}

fn wide_text(bytes: &[u8], form: Wide) -> Option<String> {
    match form {
        Wide::Sixteen { little } => {
            let (units, rest) = bytes.as_chunks::<2>();
            let unit = |pair: &[u8; 2]| if little { u16::from_le_bytes(*pair) } else { u16::from_be_bytes(*pair) };
            let units: Vec<u16> = units.iter().map(unit).collect();
            rest.is_empty().then(|| String::from_utf16(&units).ok()).flatten()
        }
        Wide::ThirtyTwo { little } => {
            let (units, rest) = bytes.as_chunks::<4>();
            let unit = |four: &[u8; 4]| if little { u32::from_le_bytes(*four) } else { u32::from_be_bytes(*four) };
            let text: Option<String> = units.iter().map(|four| char::from_u32(unit(four))).collect();
            text.filter(|_| rest.is_empty())
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::decoded;

    fn written(text: &str, mark: bool) -> Vec<Vec<u8>> {
        let marked = |text: &str| if mark { format!("\u{feff}{text}") } else { text.to_owned() };
        let text = marked(text);
        vec![
            text.clone().into_bytes(),
            text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
            text.chars().flat_map(|one| u32::from(one).to_le_bytes()).collect(),
            text.chars().flat_map(|one| u32::from(one).to_be_bytes()).collect(),
        ]
    }

    proptest! {
        #[test]
        fn every_encoding_gives_the_same_text(text in "\\PC*") {
            // JSON begins with a brace or a bracket, and a white space or an ASCII character follows.
            let text = format!("{{\"{text}");
            for bytes in [written(&text, true), written(&text, false)].into_iter().flatten() {
                prop_assert_eq!(decoded(&bytes), Ok(text.clone()));
            }
        }

        #[test]
        fn any_bytes_give_a_text_or_a_code(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            if let Err(problem) = decoded(&bytes) {
                prop_assert_eq!(problem.code, "import.encoding");
            }
        }
    }

    #[test]
    fn broken_text_is_refused_and_never_mended() {
        for bytes in
            [&b"\xffabc"[..], b"{\"a\":\"\xfc\"}", b"\xff\xfe{", b"\xff\xfe\x00\xd8{\x00", b"\xff\xfe\0\0\0\xd8\0\0"]
        {
            assert_eq!(decoded(bytes).unwrap_err().code, "import.encoding", "{bytes:?}");
        }
        assert_eq!(decoded(b""), Ok(String::new()));
    }
}
