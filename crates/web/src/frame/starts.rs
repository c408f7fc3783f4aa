//! Start surfaces: they queue and answer at once with "View run".

use app::starting::Extra;
use axum::response::{IntoResponse, Response};
use maud::Markup;
use model::AppError;
use model::ids::RunId;
use model::run::Status;
use sha2::{Digest, Sha256};
use store::{Idempotency, RunRow, Started, TenantScope};

use super::{done, tenant_path};
use crate::auth::Ctx;
use crate::errors::WebError;
use crate::fields::Fields;
use crate::kit::badge::Badge;
use crate::kit::time::Now;
use crate::kit::toast::{Toast, toast};
use crate::state::Shared;

/// Longest idempotency key, in bytes.
const KEY_BYTES_MAX: usize = 200;

/// The key of a rendered button with the form it stood in; the token is no part of what is asked for.
pub(crate) fn extra(asked: &Fields, form: &Fields) -> Result<Extra, AppError> {
    let body = form.without(&["csrf"]).href("");
    Ok(Extra { idempotency: idempotency(asked.get("key"), body.as_bytes())?, ..Extra::default() })
}

/// A key with what it stands for; no key, no promise.
pub(crate) fn idempotency(key: Option<&str>, body: &[u8]) -> Result<Option<Idempotency>, AppError> {
    let Some(key) = key else { return Ok(None) };
    if key.len() > KEY_BYTES_MAX || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(AppError::invalid(
            "idempotency.key",
            format!("An idempotency key has 1 to {KEY_BYTES_MAX} visible ASCII characters"),
        ));
    }
    Ok(Some(Idempotency { key: key.to_owned(), body_hash: Sha256::digest(body).into() }))
}

/// Answers a start: htmx gets the toast, a plain form the page it came from with the toast on it.
pub(crate) async fn answer(
    shared: &Shared,
    ctx: &Ctx,
    scope: &TenantScope,
    started: Started,
    page: &str,
) -> Result<Response, WebError> {
    let was_active = matches!(started, Started::AlreadyRunning(_));
    if ctx.htmx {
        // The run is queued whether or not it can be read now: an error here would say the opposite.
        let told = toast_of(shared, ctx, scope, started.run(), was_active).await;
        return Ok(told.unwrap_or_else(|_| toast(&unread(scope, started.run(), was_active))).into_response());
    }
    let (path, query) = page.split_once('?').unwrap_or((page, ""));
    let fields = Fields::parse(query.as_bytes()).with("started", started.run().to_string());
    let fields = if was_active { fields.with("was", "active") } else { fields };
    Ok(done::go(ctx, &fields.href(&format!("{}{path}", tenant_path(scope)))))
}

/// The toast of a start, said from the run itself.
pub(super) async fn toast_of(
    shared: &Shared,
    ctx: &Ctx,
    scope: &TenantScope,
    run: RunId,
    was_active: bool,
) -> Result<Markup, WebError> {
    let row = shared.db().tenant(scope).runs().get(run).await?;
    Ok(toast(&view(&ctx.now(), ctx, scope, &row, was_active)))
}

fn link(scope: &TenantScope, run: RunId) -> Option<(String, String)> {
    Some(("View run".to_owned(), format!("{}/operations/{run}", tenant_path(scope))))
}

/// What is known of a run that was just started, when the database went away right after.
fn unread(scope: &TenantScope, run: RunId, was_active: bool) -> Toast {
    let title = if was_active { "Already queued or running" } else { "Queued" };
    let text = "The database does not answer now. The run is in it, and starts when a worker reaches it.";
    Toast {
        badge: Badge::Queued,
        title: title.to_owned(),
        text: text.to_owned(),
        code: String::new(),
        link: link(scope, run),
    }
}

fn view(now: &Now, ctx: &Ctx, scope: &TenantScope, row: &RunRow, was_active: bool) -> Toast {
    let link = link(scope, row.id);
    if !was_active {
        return Toast {
            badge: Badge::Queued,
            title: format!("{} queued", row.label),
            text: row.target.clone(),
            code: String::new(),
            link,
        };
    }
    let who = if row.initiator == Some(ctx.user) { "you" } else { &row.initiator_name };
    let (badge, title) = match row.status {
        Status::Queued => (Badge::Queued, "Already queued"),
        Status::Running => (Badge::Running, "Already running"),
        Status::Completed => (Badge::Succeeded, "It has just ended"),
    };
    let text = format!("{}, {}. Started by {who} {}.", row.label, row.target, now.relative(row.created_at));
    Toast { badge, title: title.to_owned(), text, code: String::new(), link }
}
