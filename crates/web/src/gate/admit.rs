//! The checks, in their order.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::RequestExt;
use axum::extract::{ConnectInfo, RawPathParams, Request};
use axum::http::header::HeaderValue;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::ids::TenantId;
use model::{AppError, Kind as ErrorKind};
use store::Session;

use super::{Keeper, Stop, body, denial, is_htmx, upload};
use crate::auth::{Cookie, Ctx, Guest, signed_in};
use crate::routes::{Access, Kind};
use crate::state::Shared;

/// How long a guest's form token lives, in seconds.
const GUEST_AGE_S: i64 = 12 * 60 * 60;

/// Checks the request and puts what the handler may take into its extensions. Answers a cookie to set.
pub(super) async fn admit(keeper: &Keeper, request: &mut Request) -> Result<Option<HeaderValue>, Stop> {
    let session = signed_in(&keeper.shared, request.headers()).await?;
    match keeper.facts.access {
        Access::Public | Access::SetupOnly => admit_guest(keeper, request, session.is_some()).await,
        _ => {
            let (session, hash) = session.ok_or(Stop::SignIn)?;
            admit_person(keeper, request, session, hash).await.map(|()| None)
        }
    }
}

async fn admit_guest(keeper: &Keeper, request: &mut Request, is_signed_in: bool) -> Result<Option<HeaderValue>, Stop> {
    let none = keeper.shared.db().people().count().await? == 0;
    match keeper.facts.access {
        Access::SetupOnly if !none && keeper.facts.kind == Kind::Page => return Err(Stop::Elsewhere("/sign-in")),
        Access::SetupOnly if !none => {
            let error = AppError::conflict("setup.done", "This installation is set up already");
            return Err(error.hint("Sign in, or ask its administrator for an account").into());
        }
        Access::Public if none && keeper.facts.kind == Kind::Page => return Err(Stop::Elsewhere("/setup")),
        Access::Public if is_signed_in && keeper.facts.kind == Kind::Page => return Err(Stop::Elsewhere("/")),
        _ => {}
    }
    let secure = keeper.shared.web.secure_cookies;
    let known = Cookie::Guest.read(request.headers(), secure).filter(|token| token.len() == 43);
    if keeper.facts.kind == Kind::Form {
        body::take_form(request, known.as_deref()).await?;
    }
    let csrf = known.clone().unwrap_or_else(|| URL_SAFE_NO_PAD.encode(keeper.shared.web.ambient.bytes::<32>()));
    let cookie = if known.is_none() { Cookie::Guest.set(&csrf, GUEST_AGE_S, secure) } else { None };
    let guest = Guest { csrf, address: address(request) };
    request.extensions_mut().insert(guest);
    Ok(cookie)
}

async fn admit_person(keeper: &Keeper, request: &mut Request, session: Session, hash: [u8; 32]) -> Result<(), Stop> {
    let ctx = Arc::new(context(&keeper.shared, request, &session, hash));
    request.extensions_mut().insert(ctx.clone());
    match keeper.facts.kind {
        Kind::Start | Kind::Form => body::take_form(request, Some(&ctx.csrf)).await?,
        Kind::ApiWrite => body::take_json(request, &ctx.csrf).await?,
        // A file is read only from who may send it.
        Kind::Upload | Kind::ApiUpload => {}
        Kind::Page | Kind::Stream | Kind::Api | Kind::Asset => {}
    }
    match keeper.facts.access {
        Access::PlatformAdmin if !ctx.platform_admin => {
            denial::record(&keeper.shared, &ctx, None, &keeper.facts, "not_authorised").await;
            let error = AppError::forbidden("Only an administrator of this installation may do this");
            Err(error.hint("Ask one to do it").into())
        }
        Access::Tenant(capability) => {
            let scope = authorise(keeper, request, &ctx).await?;
            if let Err(error) = scope.require(capability) {
                denial::record(&keeper.shared, &ctx, Some(&scope), &keeper.facts, error.code).await;
                return Err(error.into());
            }
            request.extensions_mut().insert(Arc::new(scope));
            match keeper.facts.kind {
                Kind::Upload => upload::take_form(request, &ctx.csrf).await?,
                Kind::ApiUpload => upload::take_file(request, &ctx.csrf).await?,
                _ => {}
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

/// The tenant in the path, for this person. Everything that is wrong with it is the same answer.
async fn authorise(keeper: &Keeper, request: &mut Request, ctx: &Ctx) -> Result<store::TenantScope, Stop> {
    let params = request.extract_parts::<RawPathParams>().await.map_err(|_| AppError::not_found())?;
    let text = params.iter().find(|(name, _)| *name == "tenant").map(|(_, text)| text.to_owned());
    let Some(tenant) = text.and_then(|text| text.parse::<TenantId>().ok()) else {
        denial::unknown(&keeper.shared, ctx, None, &keeper.facts).await;
        return Err(AppError::not_found().into());
    };
    match keeper.shared.db().authorise(ctx.user, tenant).await {
        Ok(scope) => Ok(scope.from_address(ctx.address.clone())),
        Err(error) => {
            if error.kind == ErrorKind::NotFound {
                denial::unknown(&keeper.shared, ctx, Some(tenant), &keeper.facts).await;
            }
            Err(error.into())
        }
    }
}

fn context(shared: &Shared, request: &Request, session: &Session, token_hash: [u8; 32]) -> Ctx {
    Ctx {
        user: session.user.id,
        name: session.user.name.clone(),
        email: session.user.email.clone(),
        platform_admin: session.user.platform_admin,
        csrf: session.csrf.clone(),
        token_hash,
        address: address(request),
        zone: session.user.zone.clone().unwrap_or_else(|| "UTC".to_owned()),
        keys_off: session.user.keys_off,
        now_ms: shared.now_ms(),
        htmx: is_htmx(request.headers()),
    }
}

/// The peer's address. Headers of a proxy are not believed: anybody can write them.
fn address(request: &Request) -> Option<String> {
    request.extensions().get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip().to_string())
}
