//! The measurement of the engine still measures: every part of ours in tiny sizes, with worker processes, on both
//! databases. The peers are left out, because the tests install none of them.

use std::process::Command;

const TINY: &str = "engine --ours-only --report engine-tiny.json --jobs 20 --workers 2 --slots 8 --samples 3 --kills 1 \
    --noise 50 --list-runs 1000";

#[test]
fn every_part_ends_with_numbers_on_both_databases() {
    let server = std::env::var("TENANTATLAS_TEST_POSTGRES")
        .expect("TENANTATLAS_TEST_POSTGRES is not set; scripts/test starts a PostgreSQL and sets it");
    let mut command = Command::new(env!("CARGO_BIN_EXE_bench"));
    let output = command.args(TINY.split_whitespace()).args(["--postgres", &server]).output().unwrap();
    let printed = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    assert!(output.status.success(), "{printed}");
    let rows = |words: &[&str]| {
        let row = |line: &&str| words.iter().all(|word| line.starts_with('|') && line.contains(word));
        printed.lines().filter(row).count()
    };
    for database in ["SQLite", "PostgreSQL"] {
        // Three kinds of job; a row that says less than all stopped too early.
        assert_eq!(rows(&["TenantAtlas", database, " all "]), 3, "{printed}");
        for part in ["no wake-ups", "kill -9 of 1 workers", "beside 50 queued", "1000 runs on disk"] {
            assert_eq!(rows(&[part, database]), 1, "{part} on {database}: {printed}");
        }
    }
}
