//! Requests with a file. They are the only large ones, so they are read after everything else has been checked, and within a
//! limit.

use std::sync::Arc;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::http::header::CONTENT_TYPE;
use model::AppError;

use super::body::{TOKEN_FIELD, TOKEN_HEADER, check};
use crate::errors::too_large;
use crate::extract::SentFile;
use crate::fields::Fields;

/// What stands around the file in a form, in bytes.
const AROUND: usize = 64 * 1024;

/// Reads a form with a file and checks its token.
pub(super) async fn take_form(request: &mut Request, expected: &str) -> Result<(), AppError> {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let boundary = multer::parse_boundary(kind).map_err(|_| no_form())?;
    let bytes = read(request).await?;
    let one = futures::stream::once(async move { Ok::<Bytes, std::convert::Infallible>(bytes) });
    let mut parts = multer::Multipart::new(one, boundary);
    let (mut fields, mut file) = (Fields::default(), SentFile::default());
    while let Some(part) = parts.next_field().await.map_err(|_| no_form())? {
        let (name, sent_as) = (part.name().unwrap_or_default().to_owned(), part.file_name().map(str::to_owned));
        match sent_as {
            Some(sent_as) => {
                let content = part.bytes().await.map_err(|_| no_form())?;
                file = SentFile { name: sent_as, content };
            }
            None => {
                let text = part.text().await.map_err(|_| no_form())?;
                fields = fields.and(Fields::of_text(&name, &text));
            }
        }
    }
    check(fields.get(TOKEN_FIELD), Some(expected))?;
    request.extensions_mut().insert(fields);
    request.extensions_mut().insert(Arc::new(file));
    Ok(())
}

/// Reads a file that is sent as it is, when the header has the token.
pub(super) async fn take_file(request: &mut Request, expected: &str) -> Result<(), AppError> {
    let token = request.headers().get(TOKEN_HEADER).and_then(|value| value.to_str().ok()).map(str::to_owned);
    check(token.as_deref(), Some(expected))?;
    let content = read(request).await?;
    request.extensions_mut().insert(Arc::new(SentFile { name: String::new(), content }));
    Ok(())
}

async fn read(request: &mut Request) -> Result<Bytes, AppError> {
    let body = std::mem::replace(request.body_mut(), Body::empty());
    to_bytes(body, app::exchange::SENT_BYTES_MAX + AROUND).await.map_err(|_| too_large())
}

fn no_form() -> AppError {
    AppError::invalid("request.body", "The body must be a form with a file (multipart/form-data)")
        .hint("Choose the file again")
}
