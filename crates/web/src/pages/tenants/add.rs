//! Adding a tenant with its connection.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};

use crate::auth::Ctx;
use crate::errors::WebError;
use crate::extract::{Asked, Posted, SignedIn};
use crate::fields::Fields;
use crate::frame::{Done, Place, Section, done};
use crate::kit::button::{Button, Press, button};
use crate::kit::form::{Field, csrf, field, select};
use crate::kit::header::{Crumb, Header, header};
use crate::pages::connection::credential;
use crate::pages::form_error::FormError;
use crate::state::Shared;

const NAME: &[&str] = &["tenant.name"];
const DIRECTORY: &[&str] = &["tenant.directory_id", "tenant.exists"];
const DOMAIN: &[&str] = &["tenant.domain"];
const CLIENT: &[&str] = &["connection.client_id"];
const FIELDS: [(&str, &[&str]); 4] =
    [("display_name", NAME), ("directory_id", DIRECTORY), ("primary_domain", DOMAIN), ("client_id", CLIENT)];

/// `GET /tenants/new`
pub(crate) async fn page(
    State(shared): State<Shared>,
    SignedIn(ctx): SignedIn,
    Asked(asked): Asked,
) -> Result<Markup, WebError> {
    render(&shared, &ctx, &asked, &Fields::default(), &FormError::default()).await
}

/// `POST /tenants/new`
pub(crate) async fn act(
    State(shared): State<Shared>,
    SignedIn(ctx): SignedIn,
    Asked(asked): Asked,
    Posted(form): Posted,
) -> Result<Response, WebError> {
    let text = |name: &str| form.text(name).to_owned();
    let input = app::tenants::TenantInput {
        display_name: text("display_name"),
        directory_id: text("directory_id"),
        primary_domain: text("primary_domain"),
        cloud: text("cloud"),
        client_id: text("client_id"),
        credential: credential::entered(&form),
    };
    match app::tenants::add_tenant(shared.db(), &shared.web.clouds, ctx.user, input).await {
        Ok(tenant) => Ok(done(&ctx, &format!("/t/{tenant}/connection"), Done::TenantAdded)),
        Err(error) => {
            let error = FormError::of(error)?;
            let page = render(&shared, &ctx, &asked, &form, &error).await?;
            Ok(error.respond(page).into_response())
        }
    }
}

async fn render(
    shared: &Shared,
    ctx: &Ctx,
    asked: &Fields,
    values: &Fields,
    error: &FormError,
) -> Result<Markup, WebError> {
    let place = Place::outside(shared, ctx, asked, Section::Tenants);
    let chosen = values.get("cloud").unwrap_or("global");
    let clouds: Vec<_> =
        shared.web.clouds.iter().map(|cloud| (cloud.key.clone(), cloud.label.clone(), cloud.key == chosen)).collect();
    let main = html! {
        (header(&Header { crumbs: vec![Crumb::link("Tenants", "/tenants")], title: "Add tenant".into(), summary: None, actions: None }))
        form.form method="post" action="/tenants/new" {
            (error.summary(&[&FIELDS, &credential::CODES[..]].concat()))
            (csrf(&ctx.csrf))
            (field(&error.at(NAME, text(values, "display_name", "Display name", "As your colleagues call it, for example Contoso."))))
            (field(&error.at(DIRECTORY, text(values, "directory_id", "Directory id", "A GUID, shown as “Tenant ID” in the Entra admin center."))))
            (field(&error.at(DOMAIN, text(values, "primary_domain", "Primary domain", "For example contoso.com."))))
            (select("cloud", "Cloud", &clouds, "Where the directory lives. Most are in the global cloud.", None))
            (field(&error.at(CLIENT, text(values, "client_id", "Application (client) id", "Of the app registration that TenantAtlas signs in as."))))
            (credential::fields(error))
            div.row-acts { (button(&Button::primary("Add tenant", Press::Submit))) (button(&Button::new("Back to tenants", Press::Link("/tenants".into())))) }
        }
    };
    place.page("Add tenant", &main).await
}

fn text(values: &Fields, name: &str, label: &str, help: &str) -> Field {
    let value = values.text(name).to_owned();
    Field {
        name: name.into(),
        label: label.into(),
        value,
        help: help.into(),
        autocomplete: "off",
        required: true,
        ..Field::default()
    }
}
