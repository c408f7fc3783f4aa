//! A viewer's stream: batches in, messages out.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::future::BoxFuture;
use model::AppError;
use store::CardsMark;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, mpsc};

use super::hub::{Batch, Hub};
use crate::auth::Ctx;
use crate::fields::Fields;
use crate::state::Shared;

/// A comment is sent after this long without a message, so that proxies keep the connection.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// Messages that wait for a slow connection before the view waits for it.
const QUEUED_MAX: usize = 8;

/// What a view answers to a batch.
pub(super) enum Said {
    /// Nothing to say.
    Nothing,
    /// Updates of elements.
    Updates(String),
    /// Updates, and nothing will change any more.
    Last(String),
}

/// One kind of live view.
pub(super) trait View: Send + Sync + 'static {
    /// Renders what the batch changed for this viewer. An error ends the view.
    fn tell<'a>(&'a mut self, batch: &'a Batch) -> BoxFuture<'a, Result<Said, AppError>>;
}

/// Where a stream begins: the browser's last id after a drop, or the position of the page.
pub(super) fn begin(headers: &HeaderMap, asked: &Fields) -> Option<i64> {
    let last = headers.get("last-event-id").and_then(|value| value.to_str().ok());
    last.or(asked.get("since")).and_then(|text| text.parse().ok()).filter(|position: &i64| *position >= 0)
}

/// Opens the stream. It ends with the server; `end` tells the browser not to come back.
pub(super) fn open(shared: &Shared, ctx: Arc<Ctx>, from: Option<i64>, view: impl View) -> Response {
    let (sender, receiver) = mpsc::channel(QUEUED_MAX);
    let (shared, batches) = (shared.clone(), shared.hub.listen());
    tokio::spawn(async move {
        let stop = shared.hub.stop().clone();
        let telling = Teller { shared, ctx, sender, view };
        stop.run_until_cancelled(telling.run(batches, from)).await;
    });
    let stream = tokio_stream::wrappers::ReceiverStream::new(receiver);
    let mut response = Sse::new(stream).keep_alive(KeepAlive::new().interval(HEARTBEAT)).into_response();
    response.headers_mut().insert("x-accel-buffering", axum::http::HeaderValue::from_static("no"));
    response
}

struct Teller<V> {
    shared: Shared,
    ctx: Arc<Ctx>,
    sender: mpsc::Sender<Result<Event, Infallible>>,
    view: V,
}

impl<V: View> Teller<V> {
    async fn run(mut self, mut batches: broadcast::Receiver<Batch>, from: Option<i64>) {
        let mut position = match from {
            Some(position) => position,
            None => match self.shared.db().changes_position().await {
                Ok(position) => position,
                Err(_) => return,
            },
        };
        // At once: what changed since the page was made, and what the browser missed.
        let mut next = self.missed(position).await;
        loop {
            let Some(batch) = next else { return };
            let Some(batch) = self.untold(batch, position).await else { return };
            if !self.tell(&batch).await {
                return;
            }
            position = position.max(batch.position);
            next = match batches.recv().await {
                Ok(batch) => Some(batch),
                Err(RecvError::Lagged(_)) => self.missed(position).await,
                Err(RecvError::Closed) => None,
            };
        }
    }

    /// What of the batch this viewer has not been told: after a new connection the poller is behind it, and its next
    /// batch begins before what the viewer knows.
    async fn untold(&self, batch: Batch, position: i64) -> Option<Batch> {
        if batch.from >= position {
            return Some(batch);
        }
        if batch.position <= position {
            return Some(Batch { from: position, position, changes: Arc::from([]) });
        }
        self.missed(position).await
    }

    async fn missed(&self, position: i64) -> Option<Batch> {
        let found = self.shared.db().runs_changed_since(position).await.ok()?;
        Some(Batch { from: position, position: found.seq, changes: found.changes.into() })
    }

    /// Whether the stream goes on.
    async fn tell(&mut self, batch: &Batch) -> bool {
        let alive = self.shared.db().sessions().find(&self.ctx.token_hash).await;
        let said = match alive {
            Ok(Some(_)) => self.view.tell(batch).await,
            Ok(None) => return self.end().await,
            // The database does not answer: the browser comes back by itself.
            Err(_) => return false,
        };
        match said {
            Ok(Said::Nothing) => !self.sender.is_closed(),
            Ok(Said::Updates(updates)) => self.send(batch, updates).await,
            Ok(Said::Last(updates)) => self.send(batch, updates).await && self.end().await,
            Err(error) if matches!(error.kind, model::Kind::NotFound | model::Kind::Forbidden) => self.end().await,
            Err(_) => false,
        }
    }

    async fn send(&self, batch: &Batch, updates: String) -> bool {
        let event = Event::default().id(batch.position.to_string()).data(updates);
        self.sender.send(Ok(event)).await.is_ok()
    }

    async fn end(&self) -> bool {
        let _ = self.sender.send(Ok(Event::default().event("end").data(""))).await;
        false
    }
}

/// Brings the bell up to date after changes. A card is a change of its run, so no view has to look again later.
#[derive(Debug, Default)]
pub(super) struct Bell(Option<CardsMark>);

impl Bell {
    /// Updates when the person's cards moved, whichever tenant they are of.
    pub(super) async fn updates(&mut self, shared: &Shared, ctx: &Ctx, batch: &Batch) -> Result<String, AppError> {
        if batch.changes.is_empty() && self.0.is_some() {
            return Ok(String::new());
        }
        let mark = shared.db().notifications(ctx.user).mark().await?;
        if self.0.replace(mark) == Some(mark) {
            return Ok(String::new());
        }
        let now = crate::kit::time::Now::new(shared.now_ms(), &ctx.zone);
        Ok(crate::frame::bell_updates(shared, ctx.user, &now).await?)
    }
}

/// A reference to the hub for views.
pub(super) fn hub(shared: &Shared) -> &Hub {
    &shared.hub
}
