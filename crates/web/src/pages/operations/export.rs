//! Exports of the list: the menu, a download at once, a run for many rows, and the file of a run.

use std::sync::Arc;

use app::exports::{AT_ONCE_MAX, Format, Pages, begin_at_once, create_run, open_file, start_export};
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use futures::TryStreamExt;
use futures::stream::try_unfold;
use maud::{Markup, html};
use model::AppError;
use model::ids::RunId;
use store::TenantScope;

use super::filter::query;
use crate::errors::WebError;
use crate::extract::{Asked, InTenant, PathId, Posted};
use crate::fields::Fields;
use crate::frame::{Place, answer, extra};
use crate::kit::button::{Button, Press, button, why_off};
use crate::kit::menu::{MenuAct, MenuItem, menu_button};
use crate::kit::number::counted;
use crate::state::Shared;

const FORMATS: [(Format, &str, &str); 2] =
    [(Format::Csv, "CSV", "for spreadsheets"), (Format::Json, "JSON", "for programs")];

/// The menu over the rows that are filtered for now; replaced together with the list.
pub(super) fn export_menu(place: &Place<'_>, kept: &Fields, path: &str, rows: u64) -> Markup {
    let items = FORMATS.map(|(format, words, what)| {
        let address = kept.without(&["view"]).with("format", format.to_string());
        let item = if rows <= AT_ONCE_MAX {
            MenuItem::link(words, "download", address.href(&format!("{path}/export")))
        } else {
            start_item(place, words, &address.href(&format!("{path}/export")))
        };
        MenuItem { note: note(rows, what), ..item }
    });
    let off = place.off_without(create_run::DEFINITION.capability, "why-export");
    html! {
        div.page-x id="ops-export" {
            @if let Some(off) = &off {
                (button(&Button::new("Export", Press::Submit).with_icon("download").off_when(Some(off.clone()))))
                (why_off(off))
            } @else { (menu_button("export", "Export", "download", false, &items)) }
        }
    }
}

fn start_item(place: &Place<'_>, words: &str, address: &str) -> MenuItem {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let Press::Post { action, csrf } = place.start(path) else { return MenuItem::link(words, "download", address) };
    MenuItem::new(words, "download", MenuAct::Start { action: format!("{action}&{query}"), csrf })
}

fn note(rows: u64, what: &str) -> String {
    let rows_in_words = counted(rows, "operation", "operations");
    if rows <= AT_ONCE_MAX {
        format!("{rows_in_words}, {what}")
    } else {
        format!("{rows_in_words}, {what}, as an operation")
    }
}

/// `GET /t/{tenant}/operations/export` and of the API: the rows of the filter in the address, as they are read.
pub(crate) async fn at_once(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    Asked(asked): Asked,
) -> Result<Response, WebError> {
    let format = Format::named(asked.text("format"))?;
    let pages = begin_at_once(shared.db(), &scope, query(&asked), format, ctx.now_ms).await?;
    Ok(download(format.media_type(), &format.file_name(ctx.now_ms), pages_body(shared, scope, pages).await?))
}

/// The first page is read before the answer begins, so that an error still is one.
async fn pages_body(shared: Shared, scope: Arc<TenantScope>, mut pages: Pages) -> Result<Body, AppError> {
    let first = pages.next(shared.db(), &scope).await?.map(|page| page.bytes).unwrap_or_default();
    let rest = try_unfold((shared, scope, pages), |(shared, scope, mut pages)| async move {
        let page = pages.next(shared.db(), &scope).await?;
        Ok::<_, store::StoreError>(page.map(|page| (Bytes::from(page.bytes), (shared, scope, pages))))
    });
    let first = futures::stream::once(async { Ok(Bytes::from(first)) });
    Ok(Body::from_stream(futures::StreamExt::chain(first, rest).inspect_err(cut_off)))
}

/// The answer has begun: all that is left is to end it, which the browser shows as a failed download.
fn cut_off(error: &store::StoreError) {
    tracing::error!(code = error.code(), "a download was cut off");
}

fn download(media_type: &str, name: &str, body: Body) -> Response {
    let disposition = format!("attachment; filename=\"{name}\"");
    ([(CONTENT_TYPE, media_type.to_owned()), (CONTENT_DISPOSITION, disposition)], body).into_response()
}

/// `POST /t/{tenant}/operations/export`: the filter and the format stand in the address, as for the download.
pub(crate) async fn start(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    Asked(asked): Asked,
    Posted(form): Posted,
) -> Result<Response, WebError> {
    let format = Format::named(asked.text("format"))?;
    let started = start_export(shared.db(), &scope, query(&asked), format, extra(&asked, &form)?).await?;
    answer(&shared, &ctx, &scope, started, "/operations").await
}

/// `GET /t/{tenant}/operations/{run}/file` and of the API: part after part.
pub(crate) async fn file(
    State(shared): State<Shared>,
    InTenant(_ctx, scope): InTenant,
    PathId(run): PathId<RunId>,
) -> Result<Response, WebError> {
    let file = open_file(shared.db(), &scope, run).await?;
    let made_at = shared.db().tenant(&scope).runs().get(run).await?.created_at;
    let (name, media_type) = app::exports::file_name(&file, made_at)?;
    let parts = try_unfold((shared, scope, 1), move |(shared, scope, number)| async move {
        if number > file.parts {
            return Ok(None);
        }
        let part = shared.db().tenant(&scope).exports().part(run, number).await?;
        // Removed while it is read: a file that ends too early must not look whole.
        let part = part.ok_or(store::StoreError::Undecryptable)?;
        Ok::<_, store::StoreError>(Some((Bytes::from(part), (shared, scope, number + 1))))
    });
    Ok(download(media_type, &name, Body::from_stream(parts.inspect_err(cut_off))))
}
