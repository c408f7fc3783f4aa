//! Who may do what in this tenant.

mod list;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use model::AppError;
use model::access::Role;
use model::ids::UserId;
use secrecy::{ExposeSecret, SecretString};
use store::TenantScope;

use crate::auth::Ctx;
use crate::errors::WebError;
use crate::extract::{Asked, InTenant, PathId, Posted};
use crate::fields::Fields;
use crate::frame::{Done, Place, Section, done, tenant_path};
use crate::kit::notice::{Notice, notice};
use crate::kit::tone::Tone;
use crate::pages::form_error::FormError;
use crate::state::Shared;

pub(crate) use list::page;

/// Random bytes of a one-time password: 120 bits, 20 characters.
const PASSWORD_BYTES: usize = 15;

fn role(form: &Fields) -> Result<Role, AppError> {
    let invalid = || {
        AppError::invalid("member.role", "There is no such role").hint("Choose readonly, operator, manager or owner")
    };
    form.text("role").parse().map_err(|_| invalid())
}

/// `POST /t/{tenant}/members`: somebody who has an account, or a new account with a one-time password.
pub(crate) async fn add(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    Asked(asked): Asked,
    Posted(form): Posted,
) -> Result<Response, WebError> {
    match add_member(&shared, &ctx, &scope, &form).await {
        Ok(None) => Ok(done(&ctx, &members_path(&scope), Done::MemberSet)),
        Ok(Some(password)) => Ok(list::render(
            &shared,
            &ctx,
            &scope,
            &asked,
            &form,
            &FormError::default(),
            Some(shown_once(&form, &password)),
        )
        .await?
        .into_response()),
        Err(error) => {
            let error = FormError::of(error)?;
            let page = list::render(&shared, &ctx, &scope, &asked, &form, &error, None).await?;
            Ok(error.respond(page))
        }
    }
}

/// The one-time password when an account was made.
async fn add_member(
    shared: &Shared,
    ctx: &Ctx,
    scope: &TenantScope,
    form: &Fields,
) -> Result<Option<SecretString>, AppError> {
    let role = role(form)?;
    let email = app::people::checked_email(form.text("email"))?;
    if let Some(user) = shared.db().people().by_email(&email).await? {
        shared.db().tenant(scope).set_member(user.id, role).await?;
        return Ok(None);
    }
    let Some(name) = form.get("name") else {
        return Err(AppError::invalid("member.unknown", "Nobody has an account with this e-mail address")
            .hint("Enter a name as well to make an account with a one-time password"));
    };
    let password = one_time_password(shared);
    let account = app::people::NewAccount { email, name: name.to_owned(), password: password.clone() };
    let user = app::people::add_account(shared.db(), account, false, scope.actor().clone(), ctx.address()).await?;
    shared.db().tenant(scope).set_member(user, role).await?;
    Ok(Some(password))
}

fn one_time_password(shared: &Shared) -> SecretString {
    use base64::Engine as _;
    let bytes = shared.web.ambient.bytes::<PASSWORD_BYTES>();
    SecretString::from(base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes))
}

fn shown_once(form: &Fields, password: &SecretString) -> Markup {
    let code = html! { p { "Password: " span.mono { (password.expose_secret()) } } };
    notice(&Notice {
        tone: Tone::Human,
        icon: "key",
        title: format!("Account for {} made", form.text("email")),
        text: "This password is shown once. Hand it over safely; it should be changed under “Your account” at the first sign-in.".to_owned(),
        code: String::new(),
        actions: Some(code),
    })
}

/// `POST /t/{tenant}/members/{user}/role`
pub(crate) async fn set_role(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    PathId(user): PathId<UserId>,
    Posted(form): Posted,
) -> Result<Response, WebError> {
    let role = role(&form)?;
    member(&shared, &scope, user).await?;
    shared.db().tenant(&scope).set_member(user, role).await?;
    Ok(done(&ctx, &members_path(&scope), Done::MemberSet))
}

/// `POST /t/{tenant}/members/{user}/remove`
pub(crate) async fn remove(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    PathId(user): PathId<UserId>,
) -> Result<Response, WebError> {
    member(&shared, &scope, user).await?;
    shared.db().tenant(&scope).remove_member(user).await?;
    if user == ctx.user {
        return Ok(done(&ctx, "/tenants", Done::MemberRemoved));
    }
    Ok(done(&ctx, &members_path(&scope), Done::MemberRemoved))
}

/// `POST /t/{tenant}/members/second-person`: whether somebody else has to approve the plan of a restore.
pub(crate) async fn second_person(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    Posted(form): Posted,
) -> Result<Response, WebError> {
    shared.db().tenant(&scope).restores().demand_second_person(form.has("demanded", "yes")).await?;
    Ok(done(&ctx, &members_path(&scope), Done::RestoreRuleSaved))
}

/// Somebody who is no member here does not exist here.
async fn member(shared: &Shared, scope: &TenantScope, user: UserId) -> Result<(), AppError> {
    let members = shared.db().tenant(scope).members().await?;
    if members.iter().any(|member| member.user == user) { Ok(()) } else { Err(AppError::not_found()) }
}

fn members_path(scope: &TenantScope) -> String {
    format!("{}/members", tenant_path(scope))
}

fn place<'a>(shared: &'a Shared, ctx: &'a Ctx, scope: &'a TenantScope, asked: &'a Fields) -> Place<'a> {
    Place::tenant(shared, ctx, scope, asked, Section::Members)
}
