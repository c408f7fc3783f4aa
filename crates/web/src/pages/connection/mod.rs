//! The tenant's connection: what it is, replacing its credential, checking it, letting the application in. The secret is
//! never shown.

pub(crate) mod callback;
pub(crate) mod consent;
pub(crate) mod credential;
pub(crate) mod delegation;

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use model::access::Capability;
use store::{ConnectionSummary, Saved, TenantScope};

use self::delegation::Search;
use crate::auth::Ctx;
use crate::errors::WebError;
use crate::extract::{Asked, InTenant, Posted};
use crate::fields::Fields;
use crate::frame::{Done, Place, Section, answer, done, extra, tenant_path};
use crate::headers::FormsLeadTo;
use crate::kit::button::{Button, Press, button, why_off};
use crate::kit::facts::{facts, section};
use crate::kit::form::{Field, csrf, field};
use crate::kit::header::{Crumb, Header, header};
use crate::kit::time::Now;
use crate::pages::form_error::FormError;
use crate::state::Shared;

const CLIENT: &[&str] = &["connection.client_id"];

/// `GET /t/{tenant}/connection`
pub(crate) async fn page(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    Asked(asked): Asked,
) -> Result<Response, WebError> {
    render(&shared, &ctx, &scope, &asked, &Sent::default()).await
}

/// `POST /t/{tenant}/connection`
pub(crate) async fn replace(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    Asked(asked): Asked,
    Posted(form): Posted,
) -> Result<Response, WebError> {
    let (client_id, credential) = (form.text("client_id"), credential::entered(&form));
    let page = format!("{}/connection", tenant_path(&scope));
    match app::tenants::replace_connection(shared.db(), &scope, client_id, &credential).await {
        Ok(Saved::InUse) => Ok(done(&ctx, &page, Done::ConnectionReplaced)),
        Ok(Saved::Waits) => Ok(done(&ctx, &page, Done::ConnectionWaits)),
        Err(error) => {
            let error = FormError::of(error)?;
            render(&shared, &ctx, &scope, &asked, &Sent { client_id: Some(client_id), error, ..Sent::default() }).await
        }
    }
}

/// `POST /t/{tenant}/connection/check`
pub(crate) async fn check(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    Asked(asked): Asked,
    Posted(form): Posted,
) -> Result<Response, WebError> {
    let started = app::connections::start_check(shared.db(), &scope, extra(&asked, &form)?).await?;
    answer(&shared, &ctx, &scope, started, "/connection").await
}

/// `POST /t/{tenant}/connection/groups`: the one thing that is asked of Microsoft while a person waits for the page.
pub(crate) async fn search_groups(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    Asked(asked): Asked,
    Posted(form): Posted,
) -> Result<Response, WebError> {
    let text = form.text("text");
    let found = app::connections::search_groups(shared.db(), &shared.web.delegation, &scope, text).await;
    let search = match found {
        Ok(found) => Search { text, found: Some(found), ..Search::default() },
        Err(error) => Search { text, error: FormError::of(error)?, ..Search::default() },
    };
    render(&shared, &ctx, &scope, &asked, &Sent { search, ..Sent::default() }).await
}

/// What one of the page's forms sent, to be shown again with what came of it.
#[derive(Default)]
struct Sent<'a> {
    client_id: Option<&'a str>,
    error: FormError,
    search: Search<'a>,
}

async fn render(
    shared: &Shared,
    ctx: &Ctx,
    scope: &TenantScope,
    asked: &Fields,
    sent: &Sent<'_>,
) -> Result<Response, WebError> {
    let place = Place::tenant(shared, ctx, scope, asked, Section::Connection);
    let tenant = shared.db().tenant(scope);
    let info = tenant.info().await?;
    let (stored, waiting) = (tenant.connection_summary().await?, tenant.waiting_summary().await?);
    let now = place.now();
    let known = shared.web.clouds.get(&info.cloud);
    let cloud = known.map_or(info.cloud.as_str(), |cloud| cloud.label.as_str());
    let mut about = vec![
        ("Directory id", html! { span.mono { (info.directory_id) } }),
        ("Primary domain", html! { (info.primary_domain) }),
        ("Cloud", html! { (cloud) }),
    ];
    match &stored {
        Some(stored) => about.extend(credential::rows(&now, stored)),
        None => about.push(("Credential", html! { span.muted { "None yet" } })),
    }
    let check_off = place.start_off(app::connections::check_run::DEFINITION.capability, "why-check");
    let actions = html! {
        (button(&Button::primary("Check connection", place.start(&format!("{}/connection/check", place.base()))).with_icon("plug-connected").off_when(check_off.clone())))
        @if let Some(off) = &check_off { (why_off(off)) }
    };
    let client_id =
        sent.client_id.or(stored.as_ref().map(|stored| stored.client_id.as_str())).unwrap_or_default().to_owned();
    let main = html! {
        (header(&Header { crumbs: vec![Crumb::text("Tenant settings")], title: "Connection".into(), summary: None, actions: Some(actions) }))
        @if let Some(stored) = &stored { (credential::expiry(&now, stored)) }
        (section("connection", "How TenantAtlas reaches this tenant", "", &facts(&about)))
        @if let Some(waiting) = &waiting { (section("waiting", "Credential that waits for its check", "", &waits(&now, waiting))) }
        (consent::view(&place, shared, stored.is_some()))
        (delegation::view(&place, shared, stored.is_some(), &sent.search))
        (section("replace", "Replace the credential", "", &replace_form(&place, client_id, &sent.error)))
        (section("permissions", "Permissions it needs", "to read", &permissions()))
    };
    let error = if sent.search.error.is_none() { &sent.error } else { &sent.search.error };
    let mut response = error.respond(place.page("Connection", &main).await?);
    // Consent is asked for by a form whose answer leads to the tenant's sign-in service.
    if let Some(cloud) = known {
        response.extensions_mut().insert(FormsLeadTo(cloud.login_url.clone()));
    }
    Ok(response)
}

fn waits(now: &Now, waiting: &ConnectionSummary) -> Markup {
    html! {
        p { "The credential above stays in use until a check has found that this one works." }
        (facts(&credential::rows(now, waiting)))
    }
}

fn replace_form(place: &Place<'_>, client_id: String, error: &FormError) -> Markup {
    let off = place.off_without(Capability::ConnectionManage, "why-replace");
    let id = Field {
        name: "client_id".into(),
        label: "Application (client) id".into(),
        value: client_id,
        autocomplete: "off",
        required: true,
        ..Field::default()
    };
    let press = Button::new("Replace credential", Press::Submit).off_when(off.clone());
    html! {
        @if let Some(off) = &off { (button(&press)) (why_off(off)) }
        @else {
            form.form method="post" action=(format!("{}/connection", place.base())) {
                (error.summary(&[&[("client_id", CLIENT)], &credential::CODES[..]].concat()))
                (csrf(&place.ctx.csrf))
                (field(&error.at(CLIENT, id)))
                (credential::fields(error))
                div.row-acts { (button(&press)) }
            }
        }
    }
}

fn permissions() -> Markup {
    html! {
        dl.facts {
            @for (permission, types) in app::connections::required_permissions() {
                div { dt { code { (permission) } } dd { (types.join(", ")) @if app::connections::is_optional(permission) { " (optional)" } } }
            }
        }
    }
}
