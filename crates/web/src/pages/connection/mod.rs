//! The tenant's connection: what it is, replacing its credential, checking it. The secret is never shown.

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use model::access::Capability;
use secrecy::SecretString;
use store::TenantScope;

use crate::auth::Ctx;
use crate::errors::WebError;
use crate::extract::{Asked, InTenant, Posted};
use crate::fields::Fields;
use crate::frame::{Done, Place, Section, answer, done, extra, tenant_path};
use crate::kit::button::{Button, Press, button, why_off};
use crate::kit::facts::{facts, section};
use crate::kit::form::{Field, csrf, field};
use crate::kit::header::{Crumb, Header, header};
use crate::kit::time::exact_time;
use crate::pages::form_error::FormError;
use crate::pages::tenants::add::secret_field;
use crate::state::Shared;

const CLIENT: &[&str] = &["connection.client_id"];
const SECRET: &[&str] = &["connection.secret"];

/// `GET /t/{tenant}/connection`
pub(crate) async fn page(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    Asked(asked): Asked,
) -> Result<Markup, WebError> {
    render(&shared, &ctx, &scope, &asked, &FormError::default()).await
}

/// `POST /t/{tenant}/connection`
pub(crate) async fn replace(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    Asked(asked): Asked,
    Posted(form): Posted,
) -> Result<Response, WebError> {
    let secret = SecretString::from(form.text("secret"));
    match app::tenants::replace_connection(shared.db(), &scope, form.text("client_id"), &secret).await {
        Ok(()) => Ok(done(&ctx, &format!("{}/connection", tenant_path(&scope)), Done::ConnectionReplaced)),
        Err(error) => {
            let error = FormError::of(error)?;
            Ok(error.respond(render(&shared, &ctx, &scope, &asked, &error).await?))
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

async fn render(
    shared: &Shared,
    ctx: &Ctx,
    scope: &TenantScope,
    asked: &Fields,
    error: &FormError,
) -> Result<Markup, WebError> {
    let place = Place::tenant(shared, ctx, scope, asked, Section::Connection);
    let tenant = shared.db().tenant(scope);
    let info = tenant.info().await?;
    let stored = tenant.connection_summary().await?;
    let now = place.now();
    let cloud = shared.web.clouds.get(&info.cloud).map_or(info.cloud.as_str(), |cloud| cloud.label.as_str());
    let none = || html! { span.muted { "None yet" } };
    let about = facts(&[
        ("Directory id", html! { span.mono { (info.directory_id) } }),
        ("Primary domain", html! { (info.primary_domain) }),
        ("Cloud", html! { (cloud) }),
        (
            "Application id",
            html! { @match &stored { Some(stored) => { span.mono { (stored.client_id) } } None => { (none()) } } },
        ),
        (
            "Credential",
            html! { @match &stored { Some(stored) => { "Client secret, saved " (exact_time(&now, stored.updated_at)) " by " (stored.updated_by) } None => { (none()) } } },
        ),
    ]);
    let check_off = place.start_off(app::connections::check_run::DEFINITION.capability, "why-check");
    let actions = html! {
        (button(&Button::primary("Check connection", place.start(&format!("{}/connection/check", place.base()))).with_icon("plug-connected").off_when(check_off.clone())))
        @if let Some(off) = &check_off { (why_off(off)) }
    };
    let main = html! {
        (header(&Header { crumbs: vec![Crumb::text("Tenant settings")], title: "Connection".into(), summary: None, actions: Some(actions) }))
        (section("connection", "How TenantAtlas reaches this tenant", "", &about))
        (section("replace", "Replace the credential", "", &replace_form(&place, stored.map(|stored| stored.client_id).unwrap_or_default(), error)))
        (section("permissions", "Permissions it needs", "to read", &permissions()))
    };
    place.page("Connection", &main).await
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
                (error.summary(&[("client_id", CLIENT), ("secret", SECRET)]))
                (csrf(&place.ctx.csrf))
                (field(&error.at(CLIENT, id)))
                (field(&error.at(SECRET, secret_field())))
                div.row-acts { (button(&press)) }
            }
        }
    }
}

fn permissions() -> Markup {
    html! {
        dl.facts {
            @for (permission, types) in app::connections::required_permissions() {
                div { dt { code { (permission) } } dd { (types.join(", ")) } }
            }
        }
    }
}
