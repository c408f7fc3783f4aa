//! On SQLite a statement with `RETURNING` that is read with `fetch_one` or `fetch_optional` is never stepped to its
//! end, so its transaction stays open for readers and the write-ahead log is never checkpointed (measured: 628 MB).
//! `fetch_all` steps to the end. Checked function by function, and for statements kept in constants.

use super::code;
use crate::report::Finding;
use crate::tree::{File, Tree};

const PARTIAL_READS: &[&str] = &["fetch_one", "fetch_optional"];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let crates = ["store", "testkit"];
    crates.iter().flat_map(|name| code::sources(tree, name)).flat_map(judge).collect()
}

fn judge(file: &File) -> Vec<Finding> {
    let constants = returning_constants(&file.text);
    let mut findings = Vec::new();
    for (line, body) in functions(&file.text) {
        let returning = body.contains("RETURNING") || constants.iter().any(|name| body.contains(name.as_str()));
        if returning && PARTIAL_READS.iter().any(|read| body.contains(read)) {
            let problem =
                "reads RETURNING with fetch_one or fetch_optional in one function: use fetch_all, or divide it";
            findings.push(Finding::at(&file.path, line, problem));
        }
    }
    findings
}

/// Every function with the line it begins on; a body ends where the next function begins.
fn functions(text: &str) -> Vec<(usize, String)> {
    let mut found: Vec<(usize, String)> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let code = line.trim_start();
        if code.starts_with("//") {
            continue;
        }
        if code.starts_with("fn ") || code.contains(" fn ") {
            found.push((index + 1, String::new()));
        }
        if let Some((_, body)) = found.last_mut() {
            body.push_str(line);
            body.push('\n');
        }
    }
    found
}

/// Names of constants whose text holds `RETURNING`.
fn returning_constants(text: &str) -> Vec<String> {
    let declarations = text.split("const ").skip(1);
    declarations
        .filter(|rest| {
            rest.split("\";").next().is_some_and(|value| value.contains("RETURNING") && !value.contains("fn "))
        })
        .filter_map(|rest| rest.split([':', ' ']).next())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(text: &str) -> usize {
        check(&Tree::of(&[("crates/store/src/a.rs", text)])).len()
    }

    #[test]
    fn a_partial_read_of_returning_fails() {
        for read in PARTIAL_READS {
            let text =
                format!("async fn a() {{\n    query(\"INSERT INTO a VALUES (1) RETURNING id\").{read}(&mut tx)\n}}\n");
            assert_eq!(count(&text), 1, "{read}");
        }
    }

    #[test]
    fn a_statement_in_a_constant_is_found_too() {
        let text =
            "const TAKE: &str = \"UPDATE a SET b = 1 RETURNING id\";\nasync fn a() { query(TAKE).fetch_one(tx) }\n";
        assert_eq!(count(text), 1);
    }

    #[test]
    fn reading_to_the_end_and_plain_reads_pass() {
        assert_eq!(count("fn a() { query(\"INSERT INTO a VALUES (1) RETURNING id\").fetch_all(tx) }\n"), 0);
        assert_eq!(count("fn a() { query(\"SELECT 1\").fetch_one(tx) }\n"), 0);
        assert_eq!(
            count("fn a() { query(\"X RETURNING id\").fetch_all(tx) }\n\nfn b() { q(\"SELECT 1\").fetch_one(tx) }\n"),
            0
        );
    }
}
