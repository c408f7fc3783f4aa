//! Finds what is nested too deep in a body and cuts it out, so that the rest can be read: one pass over the bytes without
//! recursion. What is cut out is not looked into any further than its brackets and strings.

/// As many arrays and objects in each other as serde_json reads; it refuses the next one.
const DEPTH_MAX: usize = 127;
/// The lists whose elements stand for themselves.
const LISTS: [&[u8]; 2] = [b"value", b"responses"];
/// What stands in place of what was cut out.
const NOTHING: &[u8] = b"null";

/// A body without what is too deep.
#[derive(Debug, PartialEq)]
pub(super) struct Cut {
    pub(super) body: Vec<u8>,
    /// The positions of the elements of the list that lost something; nothing when something else did.
    pub(super) elements: Option<Vec<usize>>,
}

/// Nothing when no part is too deep, or when brackets or strings do not match: then the body is no JSON.
pub(super) fn cut(body: &[u8]) -> Option<Cut> {
    let mut scan =
        Scan { cut: Cut { body: Vec::with_capacity(body.len()), elements: Some(Vec::new()) }, ..Scan::default() };
    let mut at = 0;
    while at < body.len() {
        let end = if body[at] == b'"' { string_end(body, at)? } else { at + 1 };
        scan.step(&body[at..end])?;
        at = end;
    }
    (scan.open.is_empty() && scan.was_cut).then_some(scan.cut)
}

/// Behind the closing quote of the string that begins there.
fn string_end(body: &[u8], start: usize) -> Option<usize> {
    let mut at = start + 1;
    loop {
        match body.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

#[derive(Default)]
struct Scan<'a> {
    cut: Cut,
    was_cut: bool,
    /// The closing brackets that are awaited.
    open: Vec<u8>,
    /// The latest string directly inside the outermost object: before a list it is its name.
    name: &'a [u8],
    /// Whether the array that is open as the second is one of the lists.
    in_list: bool,
    /// The element of that array.
    element: usize,
}

impl Default for Cut {
    fn default() -> Self {
        Self { body: Vec::new(), elements: Some(Vec::new()) }
    }
}

impl<'a> Scan<'a> {
    /// One string with its quotes, or one byte.
    fn step(&mut self, piece: &'a [u8]) -> Option<()> {
        match piece[0] {
            b'[' | b'{' => return self.opens(piece),
            b']' | b'}' => {
                (self.open.pop()? == piece[0]).then_some(())?;
                if self.open.len() < DEPTH_MAX {
                    self.cut.body.extend_from_slice(piece);
                }
                return Some(());
            }
            b',' if self.open.len() == 2 => self.element += 1,
            b'"' if self.open.len() == 1 => self.name = piece.strip_prefix(b"\"")?.strip_suffix(b"\"")?,
            _ => {}
        }
        if self.open.len() <= DEPTH_MAX {
            self.cut.body.extend_from_slice(piece);
        }
        Some(())
    }

    fn opens(&mut self, piece: &[u8]) -> Option<()> {
        self.open.push(if piece[0] == b'[' { b']' } else { b'}' });
        match self.open.len() {
            2 => {
                self.in_list = self.open == *b"}]" && LISTS.contains(&self.name);
                self.element = 0;
            }
            depth if depth == DEPTH_MAX + 1 => self.cuts(),
            _ => {}
        }
        if self.open.len() <= DEPTH_MAX {
            self.cut.body.extend_from_slice(piece);
        }
        Some(())
    }

    fn cuts(&mut self) {
        self.was_cut = true;
        self.cut.body.extend_from_slice(NOTHING);
        match &mut self.cut.elements {
            Some(elements) if self.in_list => {
                if elements.last() != Some(&self.element) {
                    elements.push(self.element);
                }
            }
            elements => *elements = None,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::{Cut, DEPTH_MAX, cut};
    use crate::fuzz::json as strange;
    use crate::json::{Parsed, read};

    /// A text with so many arrays around it.
    fn nested(levels: usize, inside: &str) -> String {
        format!("{}{inside}{}", "[".repeat(levels), "]".repeat(levels))
    }

    #[test]
    fn what_serde_reads_is_not_cut_and_the_next_level_is() {
        let deepest = nested(DEPTH_MAX, "1");
        assert!(serde_json::from_str::<Value>(&deepest).is_ok());
        assert_eq!(cut(deepest.as_bytes()), None);
        let beyond = nested(DEPTH_MAX + 1, "1");
        assert!(serde_json::from_str::<Value>(&beyond).is_err());
        let expected = nested(DEPTH_MAX, "null").into_bytes();
        assert_eq!(cut(beyond.as_bytes()), Some(Cut { body: expected, elements: None }));
    }

    #[test]
    fn the_elements_of_a_list_stand_for_themselves() {
        let deep = nested(1_000, r#""]}\"[{\\""#);
        let page = format!(
            r#"{{ "a": ["x", 1], "value": [ {{"id":"[,"}}, {{"id":"b","x":{deep},"y":{deep}}}, 3, [{deep}] ], "z": "value" }}"#
        );
        let parsed = read(page.as_bytes()).unwrap();
        assert_eq!(parsed.deep, [1, 3]);
        assert_eq!(parsed.value["value"][0], json!({ "id": "[," }));
        assert_eq!((&parsed.value["value"][1]["id"], &parsed.value["z"]), (&json!("b"), &json!("value")));
        for whole in [
            format!(r#"{{"value":[1],"other":[{deep}]}}"#),
            format!(r#"{{"value":{{"x":[{deep}]}}}}"#),
            format!(r#"[["value",{deep}]]"#),
            deep.clone(),
        ] {
            assert_eq!(read(whole.as_bytes()).unwrap_err().code, "graph.too_deep", "{whole}");
        }
    }

    #[test]
    fn a_body_that_is_none_is_refused_however_deep_it_is() {
        let open = "[".repeat(100_000);
        let mismatched = format!("{}{}", "[".repeat(200), "}".repeat(200));
        let half = format!(r#"{{"value":[{},{{"id""#, nested(200, ""));
        for bad in [open.as_bytes(), mismatched.as_bytes(), half.as_bytes(), b"\"\\", b"\"", b"]", b"", b"\xff\xfe"] {
            assert_eq!(read(bad).unwrap_err().code, "graph.unexpected_shape");
        }
    }

    proptest! {
        #[test]
        fn bytes_are_read_as_serde_reads_them_or_looked_into_without_harm(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            match serde_json::from_slice::<Value>(&bytes) {
                Ok(value) => prop_assert_eq!(read(&bytes).unwrap(), Parsed { value, deep: Vec::new() }),
                Err(_) => prop_assert!(read(&bytes).is_err()),
            }
            let brackets: String = bytes.iter().map(|byte| char::from(b"[]{}\",:\\1 "[usize::from(*byte) % 10])).collect();
            cut(brackets.as_bytes());
            cut(nested(DEPTH_MAX, &brackets).as_bytes());
        }

        /// Each row is wrapped into so many arrays; those that are too deep are named, and the others are as they were.
        #[test]
        fn a_deep_row_costs_its_neighbours_nothing(rows in proptest::collection::vec((strange::value(), 0..160_usize), 1..6)) {
            let text = |(row, levels): &(Value, usize)| nested(*levels, &row.to_string());
            let page = format!("{{\"value\":[{}]}}", rows.iter().map(text).collect::<Vec<_>>().join(","));
            let alone = |row| serde_json::from_str::<Value>(&nested(2, &text(row))).ok().map(|value| value[0][0].clone());
            let parsed = read(page.as_bytes()).unwrap();
            for (position, row) in rows.iter().enumerate() {
                match alone(row) {
                    Some(value) => prop_assert_eq!(&parsed.value["value"][position], &value),
                    None => prop_assert!(parsed.deep.contains(&position)),
                }
                prop_assert_eq!(parsed.deep.contains(&position), alone(row).is_none());
            }
        }
    }
}
