//! Where to go after signing in: only to a path of ours.

/// The path, when it is one of ours; everything that a browser could read as another host becomes `/`.
pub(crate) fn safe_next(next: Option<&str>) -> &str {
    match next {
        Some(path) if is_ours(path) => path,
        _ => "/",
    }
}

fn is_ours(path: &str) -> bool {
    // A browser reads `//host` and `/\host` as another host, and drops tabs and line ends before it looks.
    path.starts_with('/')
        && !path.starts_with("//")
        && path.len() <= 2048
        && path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
}

#[cfg(test)]
mod tests {
    use super::safe_next;

    #[test]
    fn only_a_path_of_ours_is_followed() {
        assert_eq!(safe_next(Some("/t/ten_1/operations?type=a%20b")), "/t/ten_1/operations?type=a%20b");
        for wrong in [
            "",
            "https://evil.example",
            "//evil.example",
            "/\\evil.example",
            "/\t/evil.example",
            "javascript:alert(1)",
            "\\evil",
        ] {
            assert_eq!(safe_next(Some(wrong)), "/", "{wrong}");
        }
        assert_eq!(safe_next(None), "/");
    }
}
