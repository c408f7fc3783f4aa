//! No run type without a spec that describes it, a place in the catalogue and a row in the reference.

use super::code;
use crate::report::Finding;
use crate::tree::{File, Tree};

const CATALOGUE: &str = "crates/app/src/catalogue.rs";
const REFERENCE: &str = "docs/reference/run-types.md";

/// What a `Definition` in a source file declares.
#[derive(Debug)]
pub(super) struct Declared<'a> {
    /// Where.
    file: &'a File,
    /// `resource.action`.
    pub(super) run_type: &'a str,
    /// File name of the spec, without folder and ending.
    spec: Option<&'a str>,
}

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let declared = declared(tree);
    let mut findings: Vec<Finding> = declared.iter().flat_map(|declared| judge(tree, declared)).collect();
    for file in code::sources(tree, "app").filter(|file| file.text.contains("impl RunType for")) {
        if !declared.iter().any(|declared| declared.file.path == file.path) {
            findings.push(Finding::new(&file.path, "implements RunType without its Definition in the same file"));
        }
    }
    findings
}

/// Every run type that `crates/app` declares.
pub(super) fn declared(tree: &Tree) -> Vec<Declared<'_>> {
    let mut found = Vec::new();
    for file in code::sources(tree, "app") {
        let values: Vec<(&str, &str)> = code::production(file).filter_map(|(_, line)| field(line)).collect();
        for (index, (_, run_type)) in values.iter().enumerate().filter(|(_, (name, _))| *name == "run_type") {
            let rest = values[index + 1..].iter().take_while(|(name, _)| *name != "run_type");
            let spec = rest.clone().find(|(name, _)| *name == "spec").map(|(_, spec)| *spec);
            found.push(Declared { file, run_type, spec });
        }
    }
    found
}

/// `run_type: "a.b",` and `spec: "c",` as name and value.
fn field(line: &str) -> Option<(&str, &str)> {
    let (name, rest) = line.trim().split_once(": \"")?;
    let value = rest.split('"').next()?;
    ["run_type", "spec"].contains(&name).then_some((name, value))
}

fn judge(tree: &Tree, declared: &Declared<'_>) -> Vec<Finding> {
    let name = declared.run_type;
    let tell = |problem: String| Finding::new(&declared.file.path, problem);
    let mut findings = Vec::new();
    let described = declared.spec.and_then(|spec| tree.get(&format!("specs/{spec}.md")));
    match described {
        None => findings.push(tell(format!("run type {name} has no spec"))),
        Some(spec) if !spec.text.contains(&format!("`{name}`")) => {
            findings.push(tell(format!("run type {name} is not described in {}", spec.path)));
        }
        Some(_) => {}
    }
    let module = declared.file.path.trim_start_matches("crates/app/src/").trim_end_matches(".rs").replace('/', "::");
    if !tree.get(CATALOGUE).is_some_and(|file| file.text.contains(&format!("{module}::DEFINITION"))) {
        findings.push(tell(format!("run type {name} is not in {CATALOGUE}")));
    }
    if !tree.get(REFERENCE).is_some_and(|file| file.text.contains(&format!("| `{name}` |"))) {
        findings.push(tell(format!("run type {name} has no row in {REFERENCE}")));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "pub const DEFINITION: Definition = Definition {\n    run_type: \"thing.do\",\n    spec: \"001-thing\",\n};\nimpl RunType for Do {}\n";

    fn problems(change: (&str, &str)) -> Vec<String> {
        let files = [
            ("crates/app/src/thing/do_run.rs", SOURCE),
            ("crates/app/src/catalogue.rs", "&thing::do_run::DEFINITION,"),
            ("docs/reference/run-types.md", "| `thing.do` | Do the thing |"),
            ("specs/001-thing.md", "The run `thing.do` does it."),
        ];
        let tree = Tree::of(&files.map(|file| if file.0 == change.0 { change } else { file }));
        check(&tree).into_iter().map(|finding| finding.problem).collect()
    }

    #[test]
    fn a_described_run_type_passes() {
        assert_eq!(problems(("", "")), Vec::<String>::new());
    }

    #[test]
    fn each_missing_place_fails() {
        let spec = problems(("specs/001-thing.md", "another thing"));
        assert_eq!(spec, ["run type thing.do is not described in specs/001-thing.md"]);
        let source = SOURCE.replace("001-thing", "009-gone");
        let none = problems(("crates/app/src/thing/do_run.rs", &source));
        assert_eq!(none, ["run type thing.do has no spec"]);
        assert_eq!(problems(("crates/app/src/catalogue.rs", "")).len(), 1);
        assert_eq!(problems(("docs/reference/run-types.md", "")).len(), 1);
    }

    #[test]
    fn a_handler_without_definition_fails() {
        let found = problems(("crates/app/src/thing/do_run.rs", "impl RunType for Do {}\n"));
        assert_eq!(found, ["implements RunType without its Definition in the same file"]);
    }
}
