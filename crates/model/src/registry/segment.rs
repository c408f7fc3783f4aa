//! Ids in paths.

/// An id as a path segment: Graph chose it, but it must not be able to name another path.
pub fn path_segment(id: &str) -> String {
    let mut text = String::with_capacity(id.len());
    for byte in id.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'~' => text.push(char::from(byte)),
            b'.' if id != "." && id != ".." => text.push('.'),
            _ => text.push_str(&format!("%{byte:02X}")),
        }
    }
    text
}
