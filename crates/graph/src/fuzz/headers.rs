//! Headers, alone and inside a batch.

use proptest::prelude::*;

use crate::transport::Notes;

/// The longest pause that is believed, in milliseconds: a day.
const PAUSE_MAX_MS: u64 = 86_400_000;

/// Any text, and numbers in every spelling that Rust reads.
fn header() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        any::<f64>().prop_map(|number| number.to_string()),
        any::<i128>().prop_map(|number| number.to_string()),
        prop::sample::select(vec!["inf", "NaN", "-0", "1e400", " 3 ", "+3", "3s"]).prop_map(str::to_owned),
        "[0-9a-f-]{0,80}",
    ]
}

proptest! {
    #[test]
    fn any_header_gives_a_pause_that_can_be_waited_for_and_an_id_that_is_one(text in header()) {
        let notes = Notes::read(|_| Some(text.as_str()));
        prop_assert!(notes.retry_after_ms.is_none_or(|pause| pause <= PAUSE_MAX_MS));
        prop_assert!(notes.limit_share.is_none_or(f64::is_finite));
        prop_assert!(notes.request_id.is_none_or(|id| id.len() <= 64 && id.is_ascii()));
    }
}
