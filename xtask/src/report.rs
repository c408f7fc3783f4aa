//! What a check found, and how it is told.

#![expect(clippy::print_stdout, reason = "a check talks to the terminal")]

use std::process::ExitCode;

/// One thing that is not as promised.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    /// Path from the project root, with `:line` where one is known.
    pub(crate) place: String,
    /// What is wrong and what to do, as one sentence.
    pub(crate) problem: String,
}

impl Finding {
    /// About a whole file.
    pub(crate) fn new(place: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { place: place.into(), problem: problem.into() }
    }

    /// About one line, counted from 1.
    pub(crate) fn at(path: &str, line: usize, problem: impl Into<String>) -> Self {
        Self::new(format!("{path}:{line}"), problem)
    }
}

/// Prints every finding and a last line; success only when there is none.
pub(crate) fn tell(check: &str, mut findings: Vec<Finding>) -> ExitCode {
    findings.sort();
    findings.dedup();
    for finding in &findings {
        println!("{}: {}", finding.place, finding.problem);
    }
    match findings.len() {
        0 => println!("{check}: all promises hold"),
        count => println!("{check}: {count} broken"),
    }
    if findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Says which step of `ci` begins.
pub(crate) fn step(name: &str) {
    println!("== {name}");
}
