//! What was just done, said by a toast on the next page. The address carries only a word of this list, so nobody can
//! make our page say something else.

use axum::http::header::{HeaderName, LOCATION};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use maud::Markup;
use strum::{EnumString, IntoStaticStr};

use crate::auth::Ctx;
use crate::fields::Fields;
use crate::kit::badge::Badge;
use crate::kit::toast::{Toast, toast};

/// Everything a form can have done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub(crate) enum Done {
    /// A tenant was added.
    TenantAdded,
    /// A member was added or their role changed.
    MemberSet,
    /// A member was removed.
    MemberRemoved,
    /// The credential was replaced.
    ConnectionReplaced,
    /// A credential was saved and waits for its check.
    ConnectionWaits,
    /// A run was cancelled.
    Cancelled,
    /// A running run was asked to stop.
    CancelRequested,
    /// It had ended before it could be cancelled.
    AlreadyCompleted,
    /// Zone and keyboard were saved.
    PreferencesSaved,
    /// Notifications were marked as read.
    MarkedRead,
    /// A pause began.
    Paused,
    /// A pause ended.
    Resumed,
    /// Limits were saved.
    LimitsSaved,
    /// A policy was taken out of an open set.
    TakenOut,
    /// An open set was closed.
    SetClosed,
    /// A set was put away.
    SetArchived,
    /// A set came back.
    SetUnarchived,
    /// A set was removed.
    SetDeleted,
    /// A schedule was made or changed.
    ScheduleSaved,
    /// How often to look for changes was chosen.
    ProbeSaved,
    /// A schedule was removed.
    ScheduleRemoved,
    /// A type was left out.
    TypeExcluded,
    /// A type is observed again.
    TypeIncluded,
    /// A view was made or changed.
    ViewSaved,
    /// A view was removed.
    ViewRemoved,
    /// What the list opens with was chosen.
    OpeningSaved,
    /// What a restore writes was chosen.
    ScopeSaved,
    /// Questions of a restore were answered.
    AnswersSaved,
    /// Secrets of a restore were entered or forgotten.
    SecretsSaved,
    /// A second person let a plan pass.
    PlanApproved,
    /// A restore was given up.
    RestoreDiscarded,
    /// Whether restores need a second person was chosen.
    RestoreRuleSaved,
    /// The person's token came.
    SignedInAtMicrosoft,
}

impl Done {
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::TenantAdded => ("Tenant added", "Check its connection, then sync its inventory."),
            Self::MemberSet => ("Member saved", "The role holds from their next request on."),
            Self::MemberRemoved => ("Member removed", "They no longer see this tenant."),
            Self::ConnectionReplaced => ("Credential replaced", "Check the connection to see that it works."),
            Self::ConnectionWaits => ("Credential saved", "Check the connection: once that has passed, it takes over."),
            Self::Cancelled => ("Operation cancelled", "It had not started."),
            Self::CancelRequested => ("Cancel requested", "It stops at its next item and keeps what it has done."),
            Self::AlreadyCompleted => ("Nothing to cancel", "It had ended already."),
            Self::PreferencesSaved => ("Preferences saved", "They hold wherever you sign in."),
            Self::MarkedRead => ("Marked as read", "Nothing is unread now."),
            Self::Paused => ("Paused", "What runs now goes on; nothing new that it covers starts."),
            Self::Resumed => ("Resumed", "Queued operations start now."),
            Self::TakenOut => ("Policy taken out", "It stays in the inventory, with its versions."),
            Self::SetClosed => ("Set closed", "It does not change any more. Verify it to prove that."),
            Self::SetArchived => ("Set archived", "It is kept, and stands under the archive."),
            Self::SetUnarchived => ("Set brought back", "It stands in the list again."),
            Self::SetDeleted => ("Set deleted", "The versions that it held stay."),
            Self::ScheduleSaved => ("Schedule saved", "Its next time is in the list."),
            Self::ProbeSaved => ("Choice saved", "A worker looks by it from now on."),
            Self::ScheduleRemoved => ("Schedule removed", "The sets that it made stay."),
            Self::TypeExcluded => ("Type excluded", "Nothing asks for it any more. What was seen of it stays."),
            Self::TypeIncluded => ("Type included", "The next sync reads all of it."),
            Self::ViewSaved => ("View saved", "It stands above the list of operations."),
            Self::ViewRemoved => ("View removed", "The operations stay."),
            Self::OpeningSaved => ("Saved", "Operations opens with it from now on."),
            Self::ScopeSaved => ("Scope saved", "A plan that was made before is of the past."),
            Self::AnswersSaved => ("Answers saved", "A plan that was made before is of the past."),
            Self::SecretsSaved => ("Secrets saved", "Encrypted, for this restore alone. Preview it again."),
            Self::PlanApproved => ("Plan approved", "Whoever may restore can confirm it now."),
            Self::RestoreDiscarded => ("Restore given up", "Nothing was written, and nothing will be."),
            Self::RestoreRuleSaved => ("Choice saved", "It holds for every restore that is confirmed from now on."),
            Self::SignedInAtMicrosoft => ("Signed in at Microsoft", "Groups can be searched in your name now."),
            Self::LimitsSaved => ("Limits saved", "They hold from the next start on."),
        }
    }

    fn toast(self) -> Markup {
        let (title, text) = self.words();
        toast(&Toast {
            badge: Badge::Succeeded,
            title: title.to_owned(),
            text: text.to_owned(),
            code: String::new(),
            link: None,
        })
    }
}

/// After a form: to the page, with the toast. htmx is told to go there as well.
pub(crate) fn done(ctx: &Ctx, page: &str, what: Done) -> Response {
    let word: &'static str = what.into();
    let (path, query) = page.split_once('?').unwrap_or((page, ""));
    let address = Fields::parse(query.as_bytes()).with("done", word).href(path);
    go(ctx, &address)
}

/// After a form whose button stands in a live list: htmx gets the toast alone, since the list changes by itself.
pub(crate) fn done_in_place(ctx: &Ctx, page: &str, what: Done) -> Response {
    if ctx.htmx { what.toast().into_response() } else { done(ctx, page, what) }
}

/// To a page of ours.
pub(crate) fn go(ctx: &Ctx, address: &str) -> Response {
    let location = HeaderValue::from_str(address).unwrap_or(HeaderValue::from_static("/"));
    if ctx.htmx {
        return (StatusCode::OK, [(HeaderName::from_static("hx-redirect"), location)]).into_response();
    }
    (StatusCode::SEE_OTHER, [(LOCATION, location)]).into_response()
}

pub(super) fn toast_of(word: &str) -> Option<Markup> {
    word.parse::<Done>().ok().map(Done::toast)
}
