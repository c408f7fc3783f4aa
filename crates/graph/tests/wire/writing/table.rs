//! The table of all types and directions, which is a committed file.

use std::collections::BTreeMap;
use std::path::Path;

use model::registry::{Assignable, Contract, Mode, Registry};
use model::restore::Why;

use super::bench::{Bench, Sample};
use super::carried_out::Weather;
use super::{life, promotion};

/// What came of one direction, by derived type.
#[derive(Default)]
struct Found(Vec<(String, Result<(), Why>)>);

impl Found {
    /// `pass`, why not, or which kinds pass and why the others do not.
    fn said(&self) -> String {
        let passed = self.0.iter().filter(|(_, result)| result.is_ok()).count();
        let mut reasons: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (kind, result) in &self.0 {
            if let Err(why) = result {
                reasons.entry(&why.message).or_default().push(kind);
            }
        }
        let reasons: Vec<String> = match (passed, reasons.len()) {
            (0, 0) => vec!["nothing to try".to_owned()],
            (_, 0) => vec!["pass".to_owned()],
            (0, 1) => reasons.keys().map(|why| format!("no: {why}")).collect(),
            _ => {
                let why = reasons.iter().map(|(why, kinds)| format!("not {}: {why}", kinds.join(", ")));
                std::iter::once(format!("pass ({passed} kinds)")).chain(why).collect()
            }
        };
        reasons.join("; ")
    }
}

async fn line(contract: &'static Contract, weather: Weather) -> String {
    if matches!(contract.restore, Mode::Unsupported { .. }) {
        return format!("{} ({})\n", contract.key, mode(&contract.restore));
    }
    let bench = Bench::start().await;
    let samples = bench.samples(contract).await;
    assert!(!samples.is_empty(), "{} has nothing to try", contract.key);
    let mut columns: BTreeMap<&str, Found> = BTreeMap::new();
    let mut add = |column, sample: &Sample, result| {
        let kind = if sample.built_in { "built-in".to_owned() } else { sample.kind.clone() };
        columns.entry(column).or_default().0.push((kind, result));
    };
    // First, while everything that they name has the id by which they name it.
    for sample in &samples {
        add("promote", sample, promotion::promote(&bench, contract, sample, weather).await);
    }
    for sample in &samples {
        add("update", sample, life::update(&bench, contract, sample, weather).await);
        if contract.deleted.is_some() {
            add("bring back", sample, life::back(&bench, contract, sample, weather).await);
        }
        if !contract.single {
            add("create", sample, life::create(&bench, contract, sample, weather).await);
        }
    }
    let assign = match &contract.assignable {
        Assignable::Never { reason } => format!("no: {reason}"),
        Assignable::Inside { .. } => "with the object".to_owned(),
        Assignable::Action(_) => "as a whole list, with create, update and promote".to_owned(),
        Assignable::Each { .. } => "one by one, with create, update and promote".to_owned(),
    };
    let mut text = format!("{} ({})\n", contract.key, mode(&contract.restore));
    for column in ["create", "update", "bring back", "promote"] {
        let said = columns.get(column).map_or_else(|| "not of this type".to_owned(), Found::said);
        text.push_str(&format!("  {column:<10} {said}\n"));
    }
    text.push_str(&format!("  {:<10} {assign}\n", "assign"));
    text
}

fn mode(mode: &Mode) -> String {
    match mode {
        Mode::Enabled => "enabled".to_owned(),
        Mode::PreviewOnly { reason } => format!("preview only: {reason}"),
        Mode::Unsupported { reason } => format!("unsupported: {reason}"),
    }
}

async fn whole(weather: Weather) -> String {
    let only = std::env::var("TENANTATLAS_TYPE").ok();
    let chosen = |contract: &&'static Contract| only.as_ref().is_none_or(|key| *key == contract.key);
    let lines = Registry::embedded().observed().filter(chosen).map(|contract| tokio::spawn(line(contract, weather)));
    let mut text = String::new();
    for line in lines.collect::<Vec<_>>() {
        match line.await {
            Ok(line) => text.push_str(&line),
            Err(error) => text.push_str(&format!("FAILED {error}\n")),
        }
    }
    text
}

fn golden(text: &str) {
    if std::env::var_os("TENANTATLAS_TYPE").is_some() {
        return assert!(!text.contains("FAILED"), "{text}");
    }
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/writing.txt");
    let golden = std::fs::read_to_string(file).unwrap();
    assert!(text == golden, "the table changed: if that is meant, write golden/writing.txt anew:\n{text}<end>");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_type_is_written_and_is_what_was_wanted() {
    golden(&whole(Weather::Fair).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_write_of_every_type_fails_before_and_after_its_effect_and_says_which() {
    golden(&whole(Weather::Foul).await);
}
