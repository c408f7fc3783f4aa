//! An error of a form, shown at the field that it is about.

use std::sync::Arc;

use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use model::{AppError, Kind};

use crate::errors::{WebError, sentence, status};
use crate::kit::form::{Field, error_summary};
use crate::kit::notice::{Notice, notice};
use crate::kit::tone::Tone;

/// What is wrong with a form that is shown again.
#[derive(Debug, Default, Clone)]
pub(crate) struct FormError(Option<Arc<AppError>>);

impl FormError {
    /// Keeps what a person can mend; our own defects stay errors.
    pub(crate) fn of(error: AppError) -> Result<Self, WebError> {
        Self::shared(Arc::new(error))
    }

    /// The same for an error that is shared already.
    pub(crate) fn shared(error: Arc<AppError>) -> Result<Self, WebError> {
        match error.kind {
            Kind::Invalid | Kind::Conflict | Kind::Unauthenticated | Kind::TooMany => Ok(Self(Some(error))),
            _ => Err(WebError(error)),
        }
    }

    /// Whether nothing is wrong.
    pub(crate) fn is_none(&self) -> bool {
        self.0.is_none()
    }

    /// The sentence for the field whose error codes these are.
    pub(crate) fn words(&self, codes: &[&str]) -> Option<String> {
        let error = self.0.as_ref().filter(|error| codes.contains(&error.code))?;
        let hint = error.hint.as_deref().map(|hint| format!(" {}", sentence(hint))).unwrap_or_default();
        Some(format!("{}{hint}", sentence(&error.message)))
    }

    /// The field with its error, when one of these codes is about it.
    pub(crate) fn at(&self, codes: &[&str], field: Field) -> Field {
        Field { error: self.words(codes), ..field }
    }

    /// Above the form: a link to the field, or the whole error when it is about none of these `(field, codes)`.
    pub(crate) fn summary(&self, fields: &[(&str, &[&str])]) -> Markup {
        let Some(error) = &self.0 else { return html! {} };
        let known = fields.iter().find_map(|(name, codes)| Some(((*name).to_owned(), self.words(codes)?)));
        match known {
            Some(entry) => error_summary(&[entry]),
            None => notice(&Notice {
                tone: Tone::Bad,
                icon: "circle-x",
                title: sentence(&error.message),
                text: error.hint.as_deref().map(sentence).unwrap_or_default(),
                code: error.code.to_owned(),
                actions: None,
            }),
        }
    }

    /// The page with the status of its error.
    pub(crate) fn respond(&self, page: Markup) -> Response {
        match &self.0 {
            Some(error) => (status(error), page).into_response(),
            None => page.into_response(),
        }
    }
}
