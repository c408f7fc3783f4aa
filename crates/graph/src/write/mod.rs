//! Writes: each is sent once. It is sent again only while it is certain that nothing has happened.

mod approval;
mod effect;
mod request;

use model::registry::{Contract, Quota};
use reqwest::Method;
use serde_json::Value;

pub use approval::ApprovalState;
use effect::Refused;
pub use effect::{Effect, WriteError};
pub use request::Write;

use crate::budget::Cost;
use crate::error::GraphError;
use crate::json;
use crate::observe::Reader;
use crate::pipeline::Pipeline;
use crate::retry::{Attempts, Deadline};
use crate::transport::Answer;

/// What became of a write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Written {
    /// It took effect.
    Done {
        /// Graph's id of the object that it made, where it made one.
        id: Option<String>,
    },
    /// Nothing has happened yet: a person of the tenant has to approve it. The identical write goes with the code then.
    ApprovalRequested {
        /// What the approval is known by.
        code: String,
    },
}

impl Reader {
    /// Sends a write. With a justification it asks for approval where the tenant wants that.
    pub(crate) async fn write(&self, contract: &Contract, write: &Write) -> Result<Written, WriteError> {
        let pipeline = &self.pipeline;
        let directory = &pipeline.tokens.connection().directory_id;
        let address = pipeline.absolute(&write.version, &write.path_in(directory));
        let body = write.body.as_ref().map(|body| request::with_origin(body, pipeline.graph_url()));
        let sending = Sending { pipeline, quota: contract.quota, address, body, write };
        let given = write.approval_code.as_deref().map(|code| (approval::CODE, code.to_owned()));
        match sending.send(given).await {
            Err(Refused::WantsJustification(error)) => sending.ask(*error).await,
            Err(Refused::Failed(error)) => Err(*error),
            Ok(answer) => sending.done(answer).await,
        }
    }
}

/// One write under way.
struct Sending<'a> {
    pipeline: &'a Pipeline,
    quota: Quota,
    address: String,
    body: Option<Value>,
    write: &'a Write,
}

impl Sending<'_> {
    /// The same write once more, with a justification.
    async fn ask(&self, error: WriteError) -> Result<Written, WriteError> {
        let Some(text) = &self.write.justification else { return Err(error) };
        match self.send(Some((approval::JUSTIFICATION, approval::encoded(text)))).await {
            // Where no policy applies any more the header is ignored.
            Ok(answer) => self.done(answer).await,
            Err(Refused::WantsJustification(error)) => Err(*error),
            Err(Refused::Failed(error)) => match error.approval_code.clone() {
                Some(code) => Ok(Written::ApprovalRequested { code }),
                None => Err(*error),
            },
        }
    }

    /// Sends it until it is answered with something else than a refusal for the pace or the token.
    async fn send(&self, header: Option<(&'static str, String)>) -> Result<Answer, Refused> {
        let pipeline = self.pipeline;
        let cost = Cost { quota: self.quota, units: 1, writes: true };
        let (mut attempts, mut deadline) = (Attempts::default(), Deadline::of(&pipeline.limits));
        loop {
            let token = deadline.within(pipeline.tokens.get()).await.map_err(Refused::not_made)?;
            let permit = pipeline.budget.acquire(cost).await;
            pipeline.traffic.logical(1);
            let mut request = pipeline.request(self.method(), &self.address, self.body.as_ref(), &token);
            if let Some((name, value)) = &header {
                request = request.header(*name, value.as_str());
            }
            let attempt = async {
                let _place = pipeline.place(self.quota, false).await;
                Ok(pipeline.send_once(request).await)
            };
            // Once it is on its way nobody knows what becomes of it.
            let sent = deadline.within(attempt).await.map_err(Refused::unknown)?;
            let refused = match effect::judge(sent, self.write) {
                Ok(answer) => {
                    permit.succeeded(answer.notes.limit_share);
                    return Ok(answer);
                }
                Err(refused) => refused,
            };
            let error = refused.error();
            match error.code {
                "graph.throttled" => {
                    pipeline.traffic.throttled();
                    permit.throttled(error.retry_after_ms);
                }
                "graph.token_expired" => pipeline.tokens.refused(&token).await,
                _ => {}
            }
            drop(permit);
            if !refused.may_be_repeated() {
                return Err(refused);
            }
            let pause = async { Ok(attempts.wait(error, &pipeline.limits, &pipeline.ambient).await) };
            if !deadline.within(pause).await.map_err(Refused::not_made)? {
                return Err(refused);
            }
        }
    }

    fn method(&self) -> Method {
        use model::restore::Method as Kind;
        match self.write.method {
            Kind::Post => Method::POST,
            Kind::Patch => Method::PATCH,
            Kind::Put => Method::PUT,
            Kind::Delete => Method::DELETE,
        }
    }

    /// It took effect. Only the id of a new object is worth reading; without it the object has to be looked for.
    async fn done(&self, answer: Answer) -> Result<Written, WriteError> {
        if !self.write.creates {
            return Ok(Written::Done { id: None });
        }
        let notes = answer.notes;
        let lost = || {
            let error = GraphError::of("graph.unexpected_shape").with(notes.request_id.clone(), None);
            WriteError::new(error, Effect::Unknown)
        };
        let made = json::parse(answer.body).await.and_then(json::Parsed::whole).map_err(|_| lost())?;
        let id = made.get("id").and_then(Value::as_str).filter(|id| !id.is_empty());
        id.map(|id| Written::Done { id: Some(id.to_owned()) }).ok_or_else(lost)
    }
}
