//! The engine as a whole: nodes, pauses for all tenants, limits. For who manages the installation; shows no tenant.

mod nodes;

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use model::AppError;
use model::ids::PauseId;
use store::{Actor, NODE_KEPT_MS, limits};

use self::nodes::node_table;
use crate::auth::Ctx;
use crate::errors::WebError;
use crate::extract::{Asked, PathId, Posted, SignedIn};
use crate::fields::Fields;
use crate::frame::{Done, Place, Section, done};
use crate::kit::button::{Button, Press, button};
use crate::kit::facts::section;
use crate::kit::form::{Field, csrf, field, field_group};
use crate::kit::header::{Header, header};
use crate::pages::form_error::FormError;
use crate::pages::operations::type_words;
use crate::pages::queue::parts::{Hold, asked_pause, pause_form, pause_table};
use crate::state::Shared;

const PATH: &str = "/engine";
const NUMBER: &[&str] = &["limit.number"];

/// `GET /engine`
pub(crate) async fn page(
    State(shared): State<Shared>,
    SignedIn(ctx): SignedIn,
    Asked(asked): Asked,
) -> Result<Markup, WebError> {
    render(&shared, &ctx, &asked, &Fields::default(), &FormError::default()).await
}

async fn render(
    shared: &Shared,
    ctx: &Ctx,
    asked: &Fields,
    values: &Fields,
    error: &FormError,
) -> Result<Markup, WebError> {
    let place = Place::outside(shared, ctx, asked, Section::Engine);
    let now = place.now();
    let nodes = shared.db().nodes().with_runs(NODE_KEPT_MS).await?;
    let pauses = shared.db().pauses().list().await?;
    let hold = Hold { path: PATH.to_owned(), csrf: &ctx.csrf, off: None, in_tenant: false };
    let main = html! {
        (header(&Header { crumbs: Vec::new(), title: "Engine".into(), summary: None, actions: None }))
        (section("nodes", "Nodes", "seen in the last 24 hours", &node_table(&now, &nodes)))
        (section("pauses", "Pauses for all tenants", "", &html! {
            (pause_table(&now, &hold, &pauses))
            (pause_form(&hold, values, error))
        }))
        (section("limits", "Limits over all nodes", "", &limit_form(ctx, &shared.db().limits().list().await?, values, error)))
    };
    place.page("Engine", &main).await
}

/// `POST /engine/pauses`
pub(crate) async fn pause(
    State(shared): State<Shared>,
    SignedIn(ctx): SignedIn,
    Asked(asked): Asked,
    Posted(form): Posted,
) -> Result<Response, WebError> {
    let paused = match asked_pause(&form) {
        Ok((run_type, reason)) => {
            shared.db().pauses().pause(run_type, &reason, &actor(&ctx), ctx.address()).await.map(drop)
        }
        Err(error) => Err(error),
    };
    answer(&shared, &ctx, &asked, &form, paused, Done::Paused).await
}

/// `POST /engine/pauses/{pause}/end`
pub(crate) async fn resume(
    State(shared): State<Shared>,
    SignedIn(ctx): SignedIn,
    PathId(pause): PathId<PauseId>,
) -> Result<Response, WebError> {
    shared.db().pauses().resume(pause, &actor(&ctx), ctx.address()).await?;
    Ok(done(&ctx, PATH, Done::Resumed))
}

/// `POST /engine/limits`
pub(crate) async fn set_limits(
    State(shared): State<Shared>,
    SignedIn(ctx): SignedIn,
    Asked(asked): Asked,
    Posted(form): Posted,
) -> Result<Response, WebError> {
    let set = set_all(&shared, &ctx, &form).await;
    answer(&shared, &ctx, &asked, &form, set, Done::LimitsSaved).await
}

/// One wrong number, and nothing is changed.
async fn set_all(shared: &Shared, ctx: &Ctx, form: &Fields) -> Result<(), AppError> {
    let before = shared.db().limits().list().await?;
    let wanted = limit_names()
        .into_iter()
        .map(|(name, _)| app::operations::checked_limit(name, form.text(name)))
        .collect::<Result<Vec<_>, _>>()?;
    let changed = |(name, most): &(&str, Option<u32>)| before.get(*name).copied() != most.map(i64::from);
    let changes: Vec<_> = wanted.into_iter().filter(changed).collect();
    shared.db().limits().set(&changes, &actor(ctx), ctx.address()).await
}

async fn answer(
    shared: &Shared,
    ctx: &Ctx,
    asked: &Fields,
    form: &Fields,
    result: Result<(), AppError>,
    what: Done,
) -> Result<Response, WebError> {
    let Err(error) = result else { return Ok(done(ctx, PATH, what)) };
    let error = FormError::of(error)?;
    let page = render(shared, ctx, asked, form, &error).await?;
    Ok(error.respond(page))
}

fn actor(ctx: &Ctx) -> Actor {
    Actor { user: Some(ctx.user), name: ctx.name.clone() }
}

/// Every limit with its words.
fn limit_names() -> Vec<(&'static str, String)> {
    let types = app::catalogue::DEFINITIONS.iter().map(|each| (each.run_type, type_words(each.run_type)));
    [
        (limits::ALL, "All operations together".to_owned()),
        (limits::TENANT_READS, "Operations of one tenant that only read".to_owned()),
    ]
    .into_iter()
    .chain(types)
    .collect()
}

fn limit_form(ctx: &Ctx, set: &std::collections::BTreeMap<String, i64>, values: &Fields, error: &FormError) -> Markup {
    let limit = |(name, words): (&str, String)| {
        let now = || set.get(name).map(i64::to_string);
        let value = values.get(name).map(str::to_owned).or_else(now).unwrap_or_default();
        field(&Field { name: name.into(), label: words, value, autocomplete: "off", ..Field::default() })
    };
    let fields: Vec<Markup> = limit_names().into_iter().map(limit).collect();
    let legend = "How many run at the same time. Empty means no limit; of one tenant that only read, 8";
    html! {
        form.form method="post" action="/engine/limits" {
            (error.summary(&[("all", NUMBER)]))
            (csrf(&ctx.csrf))
            (field_group(legend, &fields))
            div.row-acts { (button(&Button::new("Save limits", Press::Submit))) }
        }
    }
}
