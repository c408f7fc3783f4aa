//! Follows a run to its end: a bar on a terminal, plain lines in a pipe.

use std::time::Duration;

use app::advice::advice;
use indicatif::{ProgressBar, ProgressStyle};
use model::AppError;
use model::ids::RunId;
use model::run::{Failure, Outcome, Status};
use store::{Db, RunRow, TenantScope};

use crate::output::Output;

/// Longest time between two looks at the run.
const LOOK: Duration = Duration::from_millis(300);

/// Returns the run as it ended.
pub(crate) async fn follow(db: &Db, scope: &TenantScope, run: RunId, output: Output) -> Result<RunRow, AppError> {
    let view = View::new(output);
    let mut changes = db.changes();
    loop {
        let row = db.tenant(scope).runs().get(run).await?;
        view.show(&row);
        if row.status == Status::Completed {
            view.finish();
            return Ok(row);
        }
        let _ = tokio::time::timeout(LOOK, changes.changed()).await;
    }
}

struct View {
    output: Output,
    bar: Option<ProgressBar>,
    last: std::cell::RefCell<String>,
}

impl View {
    fn new(output: Output) -> Self {
        let bar = output.draws().then(bar);
        Self { output, bar, last: std::cell::RefCell::default() }
    }

    fn show(&self, row: &RunRow) {
        match &self.bar {
            Some(bar) => draw(bar, row),
            None => self.say(row),
        }
    }

    /// In a pipe only what changed is worth a line, and not every item: the state, and each full tenth.
    fn say(&self, row: &RunRow) {
        let tenth = row.counts.percent().map(|percent| percent / 10 * 10);
        let key = format!("{} {tenth:?} {:?}", row.status, row.reason);
        if *self.last.borrow() != key {
            self.output.line(describe(row));
            self.last.replace(key);
        }
    }

    fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// A bar without a total: stripes and what was done.
pub(crate) fn bar() -> ProgressBar {
    let bar = ProgressBar::new_spinner();
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

/// Shows the run's progress: a share only when the total is known.
pub(crate) fn draw(bar: &ProgressBar, row: &RunRow) {
    let template = match row.counts.total {
        Some(total) if row.status == Status::Running => {
            bar.set_length(total);
            "{prefix}{msg} [{bar:30}] {pos}/{len}"
        }
        _ => "{prefix}{spinner} {msg}",
    };
    bar.set_style(ProgressStyle::with_template(template).expect("a fixed template").progress_chars("=> "));
    bar.set_position(row.counts.processed);
    bar.set_message(describe(row));
}

/// What a run does, to what.
pub(crate) fn title(row: &RunRow) -> String {
    format!("{} ({})", row.label, row.target)
}

/// One line about a run: what, how far, why it waits or how it ended.
pub(crate) fn describe(row: &RunRow) -> String {
    let counts = &row.counts;
    let state = match (row.status, row.outcome) {
        (Status::Queued, _) => "queued".to_owned(),
        (Status::Running, _) => "running".to_owned(),
        (Status::Completed, outcome) => words(outcome).to_owned(),
    };
    let mut text = format!("{}: {state}", title(row));
    if counts.failed > 0 {
        text.push_str(&format!(", {} complete, {} not complete", counts.succeeded, counts.failed));
    } else if counts.processed > 0 {
        text.push_str(&format!(", {} done", counts.processed));
    }
    if let Some(reason) = &row.reason {
        text.push_str(&format!(". {} [{}]", reason.sentence, reason.code));
    }
    text
}

/// What to do about an ended run that is not wholly good: each kind of failure with its next step.
pub(crate) fn next_steps(row: &RunRow) -> Vec<String> {
    let said = row.reason.as_ref().map(|reason| reason.code.as_str());
    let one = |failure: &Failure| {
        let next = advice(&failure.code).next;
        if row.failures.len() == 1 && said == Some(failure.code.as_str()) {
            return format!("  do next: {next}");
        }
        let message = failure.message.trim_end_matches('.');
        format!("  {} × {message} [{}]. {next}", failure.count, failure.code)
    };
    row.failures.iter().map(one).collect()
}

/// An outcome in words.
pub(crate) fn words(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Pending => "not ended",
        Outcome::Succeeded => "succeeded",
        Outcome::PartiallySucceeded => "partially succeeded",
        Outcome::Failed => "failed",
        Outcome::Blocked => "blocked",
        Outcome::Cancelled => "cancelled",
    }
}
