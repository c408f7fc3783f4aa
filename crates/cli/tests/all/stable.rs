//! Takes out of a text what differs from one run to the next.

const IDS: [&str; 10] = ["ten_", "usr_", "run_", "ver_", "bak_", "aud_", "wrk_", "pau_", "sch_", "vew_"];
/// Letters of an id after its prefix.
const ID_LENGTH: usize = 26;
/// Letters of "14 Nov 2023, 22:13:20 UTC".
const DATE_LENGTH: usize = 25;

/// The text without ids, times, hashes and this test's folder; lines about progress are left out, because how many
/// there are depends on how fast the machine is.
pub(crate) fn stable(text: &str, folder: &str) -> String {
    let text = text.replace(folder, "FOLDER");
    let kept = text.lines().filter(|line| !is_progress(line)).map(|line| stable_line(line) + "\n");
    kept.collect()
}

fn is_progress(line: &str) -> bool {
    [": queued", ": running"].iter().any(|state| line.contains(state)) && !line.contains("RUN ")
}

fn stable_line(line: &str) -> String {
    let mut line = line.to_owned();
    for prefix in IDS {
        line = replace(&line, prefix, |rest| {
            let is_id =
                rest.len() >= ID_LENGTH && rest.bytes().take(ID_LENGTH).all(|byte| byte.is_ascii_alphanumeric());
            is_id.then(|| (ID_LENGTH, format!("{prefix}…")))
        });
    }
    for key in ["_at_ms\":", "_at_ms\": "] {
        line = replace(&line, key, |rest| digits(rest).map(|length| (length, format!("{key}TIME"))));
    }
    for (unit, _) in [(" s ago", ()), (" ms apart", ())] {
        line = before(&line, unit);
    }
    hashes(&dates(&line))
}

/// Replaces each occurrence of `mark` and what follows it, where `follows` accepts that.
fn replace(text: &str, mark: &str, follows: impl Fn(&str) -> Option<(usize, String)>) -> String {
    let (mut done, mut rest) = (String::new(), text);
    while let Some(at) = rest.find(mark) {
        let after = &rest[at + mark.len()..];
        done.push_str(&rest[..at]);
        match follows(after) {
            Some((length, replacement)) => {
                done.push_str(&replacement);
                rest = &after[length..];
            }
            None => {
                done.push_str(mark);
                rest = after;
            }
        }
    }
    done + rest
}

fn digits(text: &str) -> Option<usize> {
    let length = text.bytes().take_while(u8::is_ascii_digit).count();
    (length > 0).then_some(length)
}

/// Replaces the number in front of `unit`.
fn before(line: &str, unit: &str) -> String {
    let Some(at) = line.find(unit) else { return line.to_owned() };
    let start = line[..at].trim_end_matches(|letter: char| letter.is_ascii_digit());
    format!("{start}N{}", &line[at..])
}

fn dates(line: &str) -> String {
    let mut line = line.to_owned();
    while let Some(at) = line
        .find(" UTC")
        .filter(|at| at + 4 >= DATE_LENGTH && line[..*at].ends_with(|letter: char| letter.is_ascii_digit()))
    {
        line.replace_range(at + 4 - DATE_LENGTH..at + 4, "DATE");
    }
    line
}

/// Replaces hexadecimal words of 64 letters.
fn hashes(line: &str) -> String {
    let is_hash = |word: &str| word.len() == 64 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    line.split('"').map(|piece| if is_hash(piece) { "HASH" } else { piece }).collect::<Vec<_>>().join("\"")
}

#[cfg(test)]
mod tests {
    use super::stable;

    #[test]
    fn only_what_differs_is_replaced() {
        let text = "run_01abcdefghjkmnpqrstvwxyz01 by Olga at 14 Nov 2023, 22:13:20 UTC, 12 s ago, FOLDER2\nSync x: running, 3 done\n";
        assert_eq!(stable(text, "/tmp/x"), "run_… by Olga at DATE, N s ago, FOLDER2\n");
        assert_eq!(stable("{\"created_at_ms\":17,\"n\":3}", "/tmp/x"), "{\"created_at_ms\":TIME,\"n\":3}\n");
    }
}
