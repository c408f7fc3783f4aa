//! Badges: colour, icon and word for every state there is. One table, one function.

use maud::{Markup, html};
use model::run::{ItemOutcome, Outcome, Status};

use super::icon::{icon, spinning_icon};
use super::tone::Tone;

/// Everything a badge can say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "a variant says exactly what its badge says; the table below gives the words")]
pub enum Badge {
    // Runs: one badge for status and outcome.
    Queued,
    Waiting,
    RetryingSoon,
    Paused,
    WaitingForApproval,
    Running,
    Cancelling,
    NotResponding,
    Succeeded,
    PartiallySucceeded,
    Failed,
    Blocked,
    Cancelled,
    // Items.
    ItemPending,
    Skipped,
    Conflict,
    Unknown,
    Incomplete,
    // Whether an object or a backup holds everything.
    Complete,
    // Whether a type was read at all.
    NotRead,
    NeverObserved,
    // A type that a tenant leaves out, and what was seen of it before.
    Excluded,
    // A backup set that was left open.
    Open,
    // Inventory objects.
    Present,
    Missing,
    // Tenants and connections.
    Active,
    TenantPending,
    Suspended,
    Archived,
    Healthy,
    NotChecked,
}

/// What tells a queued or running run apart beyond its status.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RunSigns {
    /// A reason keeps it from being claimed.
    pub waiting: bool,
    /// It had an attempt and waits for the next.
    pub between_attempts: bool,
    /// A person paused the tenant or the type.
    pub paused: bool,
    /// Somebody must approve it elsewhere.
    pub waiting_for_approval: bool,
    /// A cancel is recorded and the worker has not ended it yet.
    pub cancelling: bool,
    /// Its worker's heartbeat is late.
    pub not_responding: bool,
}

/// How a badge looks: word, icon, tone, whether it has a fill, whether the icon turns.
struct Look(&'static str, &'static str, Tone, Fill, Motion);

#[derive(PartialEq, Eq)]
enum Fill {
    Soft,
    Quiet,
}

#[derive(PartialEq, Eq)]
enum Motion {
    Turns,
    Still,
}

impl Badge {
    /// All badges, in the order of the component sheet.
    pub const ALL: [Self; 31] = [
        Self::Queued,
        Self::Waiting,
        Self::RetryingSoon,
        Self::Paused,
        Self::WaitingForApproval,
        Self::Running,
        Self::Cancelling,
        Self::NotResponding,
        Self::Succeeded,
        Self::PartiallySucceeded,
        Self::Failed,
        Self::Blocked,
        Self::Cancelled,
        Self::ItemPending,
        Self::Skipped,
        Self::Conflict,
        Self::Unknown,
        Self::Incomplete,
        Self::Complete,
        Self::NotRead,
        Self::NeverObserved,
        Self::Excluded,
        Self::Open,
        Self::Present,
        Self::Missing,
        Self::Active,
        Self::TenantPending,
        Self::Suspended,
        Self::Archived,
        Self::Healthy,
        Self::NotChecked,
    ];

    /// The badge of a run. Signs only matter while it is queued or running.
    pub fn of_run(status: Status, outcome: Outcome, signs: RunSigns) -> Self {
        match (status, outcome) {
            (Status::Queued, _) if signs.waiting_for_approval => Self::WaitingForApproval,
            (Status::Queued, _) if signs.paused => Self::Paused,
            (Status::Queued, _) if signs.between_attempts => Self::RetryingSoon,
            (Status::Queued, _) if signs.waiting => Self::Waiting,
            (Status::Queued, _) => Self::Queued,
            (Status::Running, _) if signs.not_responding => Self::NotResponding,
            (Status::Running, _) if signs.cancelling => Self::Cancelling,
            (Status::Running, _) => Self::Running,
            (Status::Completed, Outcome::Succeeded) => Self::Succeeded,
            (Status::Completed, Outcome::PartiallySucceeded) => Self::PartiallySucceeded,
            (Status::Completed, Outcome::Blocked) => Self::Blocked,
            (Status::Completed, Outcome::Cancelled) => Self::Cancelled,
            // The database refuses a completed run whose outcome is pending; shown, it is a failure of ours.
            (Status::Completed, Outcome::Failed | Outcome::Pending) => Self::Failed,
        }
    }

    /// The badge of a run's item.
    pub fn of_item(outcome: ItemOutcome) -> Self {
        match outcome {
            ItemOutcome::Pending => Self::ItemPending,
            ItemOutcome::Succeeded => Self::Succeeded,
            ItemOutcome::Incomplete => Self::Incomplete,
            ItemOutcome::Failed => Self::Failed,
            ItemOutcome::Skipped => Self::Skipped,
            ItemOutcome::Conflict => Self::Conflict,
            ItemOutcome::Unknown => Self::Unknown,
        }
    }

    /// The words of the badge.
    pub fn words(self) -> &'static str {
        self.look().0
    }

    /// Its icon in the sprite.
    pub fn icon_name(self) -> &'static str {
        self.look().1
    }

    /// Its tone.
    pub fn tone(self) -> Tone {
        self.look().2
    }

    /// The icon alone, turning where the badge's does; for toasts and notifications, which say the words themselves.
    pub fn sign(self) -> Markup {
        let look = self.look();
        if look.4 == Motion::Turns { spinning_icon(look.1) } else { icon(look.1) }
    }

    #[rustfmt::skip]
    fn look(self) -> Look {
        use Fill::{Quiet, Soft};
        use Motion::{Still, Turns};
        use Tone::{Bad, BadLine, Human, Info, Mute, Ok, Warn};
        match self {
            Self::Queued             => Look("Queued", "clock", Mute, Quiet, Still),
            Self::Waiting            => Look("Waiting", "hourglass", Mute, Quiet, Still),
            Self::RetryingSoon       => Look("Retrying soon", "rotate-clockwise", Mute, Quiet, Still),
            Self::Paused             => Look("Paused", "player-pause", Mute, Soft, Still),
            Self::WaitingForApproval => Look("Waiting for approval", "user-question", Human, Soft, Still),
            Self::Running            => Look("Running", "loader-2", Info, Quiet, Turns),
            Self::Cancelling         => Look("Cancelling", "loader-2", Mute, Quiet, Turns),
            Self::NotResponding      => Look("Not responding", "alert-triangle", Warn, Soft, Still),
            Self::Succeeded          => Look("Succeeded", "circle-check", Ok, Quiet, Still),
            Self::PartiallySucceeded => Look("Partially succeeded", "circle-half-2", Warn, Soft, Still),
            Self::Failed             => Look("Failed", "circle-x", Bad, Soft, Still),
            Self::Blocked            => Look("Blocked", "lock", BadLine, Soft, Still),
            Self::Cancelled          => Look("Cancelled", "circle-minus", Mute, Quiet, Still),
            Self::ItemPending        => Look("Pending", "circle-dashed", Mute, Quiet, Still),
            Self::Skipped            => Look("Skipped", "player-skip-forward", Mute, Quiet, Still),
            Self::Conflict           => Look("Conflict", "arrows-diff", Warn, Soft, Still),
            Self::Unknown            => Look("Unknown", "help-circle", Warn, Soft, Still),
            Self::Incomplete         => Look("Incomplete", "progress", Warn, Soft, Still),
            Self::Complete           => Look("Complete", "circle-check", Ok, Quiet, Still),
            Self::NotRead            => Look("Not read", "circle-x", Bad, Soft, Still),
            Self::NeverObserved      => Look("Never observed", "circle-dashed", Mute, Quiet, Still),
            Self::Excluded           => Look("Excluded", "circle-minus", Mute, Soft, Still),
            Self::Open               => Look("Open", "pencil", Mute, Soft, Still),
            Self::Present            => Look("Present", "circle-check", Mute, Quiet, Still),
            Self::Missing            => Look("Missing", "help-circle", Warn, Soft, Still),
            Self::Active             => Look("Active", "circle-check", Mute, Quiet, Still),
            Self::TenantPending      => Look("Pending", "hourglass", Mute, Quiet, Still),
            Self::Suspended          => Look("Suspended", "player-pause", Warn, Soft, Still),
            Self::Archived           => Look("Archived", "archive", Mute, Quiet, Still),
            Self::Healthy            => Look("Healthy", "circle-check", Ok, Quiet, Still),
            Self::NotChecked         => Look("Not checked", "circle-dashed", Mute, Quiet, Still),
        }
    }
}

/// Renders any badge.
pub fn badge(badge: Badge) -> Markup {
    let Look(words, _, tone, fill, _) = badge.look();
    let class = if fill == Fill::Quiet { "badge quiet" } else { "badge" };
    html! { span class=(class) data-tone=(tone) { (badge.sign()) (words) } }
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the variants are the words")]
pub enum Severity {
    Critical,
    High,
    Medium,
    Low,
}

/// Renders a severity: icon and word, without a fill.
pub fn severity(severity: Severity) -> Markup {
    match severity {
        Severity::Critical => tag("Critical", "chevrons-up", Tone::Bad),
        Severity::High => tag("High", "chevron-up", Tone::Bad),
        Severity::Medium => tag("Medium", "equal", Tone::Warn),
        Severity::Low => tag("Low", "chevron-down", Tone::Mute),
    }
}

/// A quiet word with an icon, such as "Include" or "Verified".
pub fn tag(words: &str, icon_name: &str, tone: Tone) -> Markup {
    html! { span.tag data-tone=(tone) { (icon(icon_name)) (words) } }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queued(signs: RunSigns) -> Badge {
        Badge::of_run(Status::Queued, Outcome::Pending, signs)
    }

    #[test]
    fn a_queued_run_says_why_it_does_not_run() {
        assert_eq!(queued(RunSigns::default()), Badge::Queued);
        assert_eq!(queued(RunSigns { waiting: true, ..Default::default() }), Badge::Waiting);
        assert_eq!(
            queued(RunSigns { waiting: true, between_attempts: true, ..Default::default() }),
            Badge::RetryingSoon
        );
        assert_eq!(queued(RunSigns { between_attempts: true, paused: true, ..Default::default() }), Badge::Paused);
        let all = RunSigns { paused: true, waiting_for_approval: true, ..Default::default() };
        assert_eq!(queued(all), Badge::WaitingForApproval);
    }

    #[test]
    fn a_silent_worker_matters_more_than_a_recorded_cancel() {
        let signs = RunSigns { cancelling: true, not_responding: true, ..Default::default() };
        assert_eq!(Badge::of_run(Status::Running, Outcome::Pending, signs), Badge::NotResponding);
    }

    #[test]
    fn signs_of_a_completed_run_are_ignored() {
        let signs = RunSigns { cancelling: true, waiting: true, ..Default::default() };
        assert_eq!(Badge::of_run(Status::Completed, Outcome::PartiallySucceeded, signs), Badge::PartiallySucceeded);
        assert_eq!(Badge::of_run(Status::Completed, Outcome::Cancelled, signs), Badge::Cancelled);
    }

    #[test]
    fn success_is_quiet_text_and_trouble_has_a_fill() {
        assert!(badge(Badge::Succeeded).into_string().starts_with("<span class=\"badge quiet\" data-tone=\"ok\">"));
        for trouble in [Badge::Failed, Badge::PartiallySucceeded, Badge::Incomplete, Badge::Conflict, Badge::Unknown] {
            assert!(badge(trouble).into_string().starts_with("<span class=\"badge\" data-tone="));
        }
        assert!(badge(Badge::Blocked).into_string().contains("data-tone=\"bad-line\""));
    }

    #[test]
    fn only_running_and_cancelling_turn() {
        let turning: Vec<_> =
            Badge::ALL.into_iter().filter(|each| badge(*each).into_string().contains("icon spin")).collect();
        assert_eq!(turning, [Badge::Running, Badge::Cancelling]);
    }

    #[test]
    fn every_badge_has_words_and_an_icon_of_the_sprite() {
        for each in Badge::ALL {
            assert!(!each.words().is_empty());
            assert!(crate::kit::icon::names().any(|name| name == each.icon_name()), "{}", each.icon_name());
        }
    }
}
