//! Counts are a pure function of the items, and the outcome a pure function of the counts.

use serde::{Deserialize, Serialize};

use super::{ItemOutcome, Outcome};

/// How many items, and how they ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counts {
    /// All that are known; absent while the total is not known.
    pub total: Option<u64>,
    /// Ended, in any way.
    pub processed: u64,
    /// Good.
    pub succeeded: u64,
    /// Failed, incomplete, conflict or unknown.
    pub failed: u64,
    /// Left alone.
    pub skipped: u64,
}

impl Counts {
    /// Adds one item's outcome. A pending item is not processed.
    pub fn add(&mut self, outcome: ItemOutcome) {
        match outcome {
            ItemOutcome::Pending => return,
            ItemOutcome::Succeeded => self.succeeded += 1,
            ItemOutcome::Skipped => self.skipped += 1,
            _ => self.failed += 1,
        }
        self.processed += 1;
    }

    /// Counts a whole list of items; the total is their number.
    pub fn of(outcomes: impl IntoIterator<Item = ItemOutcome>) -> Self {
        let mut counts = Self::default();
        let mut total = 0;
        for outcome in outcomes {
            counts.add(outcome);
            total += 1;
        }
        counts.total = Some(total);
        counts
    }

    /// The outcome rule of `spec/runs.md`, for a run that proceeded to its end.
    pub fn outcome(&self) -> Outcome {
        match (self.succeeded, self.failed) {
            (_, 0) => Outcome::Succeeded,
            (0, _) => Outcome::Failed,
            _ => Outcome::PartiallySucceeded,
        }
    }

    /// Whole per cent, only when the total is known and above zero.
    pub fn percent(&self) -> Option<u64> {
        self.total.filter(|total| *total > 0).map(|total| self.processed.min(total) * 100 / total)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use strum::IntoEnumIterator;

    use super::*;

    proptest! {
        #[test]
        fn the_outcome_depends_only_on_which_items_are_good_and_bad(picks in proptest::collection::vec(1..7_usize, 0..50)) {
            let all: Vec<_> = ItemOutcome::iter().collect();
            let items: Vec<_> = picks.iter().map(|&pick| all[pick]).collect();
            let counts = Counts::of(items.iter().copied());
            let good = items.contains(&ItemOutcome::Succeeded);
            let bad = items.iter().any(|item| item.counts_as_failed());
            let expected = match (good, bad) {
                (_, false) => Outcome::Succeeded,
                (true, true) => Outcome::PartiallySucceeded,
                (false, true) => Outcome::Failed,
            };
            prop_assert_eq!(counts.outcome(), expected);
            prop_assert_eq!(counts.processed, counts.succeeded + counts.failed + counts.skipped);
            prop_assert_eq!(counts.total, Some(items.len() as u64));
        }
    }

    #[test]
    fn a_percentage_needs_a_total() {
        assert_eq!(Counts { processed: 3, ..Counts::default() }.percent(), None);
        assert_eq!(Counts { total: Some(0), ..Counts::default() }.percent(), None);
        assert_eq!(Counts { total: Some(4), processed: 3, ..Counts::default() }.percent(), Some(75));
    }
}
