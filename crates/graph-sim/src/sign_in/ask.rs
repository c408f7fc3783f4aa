//! What an application asks a person for: the parameters that consent and sign-in have in common, checked as the service
//! does. An address that the application has not registered is never redirected to.

use std::collections::HashMap;

use axum::body::Body;
use axum::http::{Response, header};
use url::{Url, form_urlencoded};

use super::page;
use crate::world::{Tenant, World};

/// Names that stand for whichever tenant the person belongs to.
const ANY: [&str; 2] = ["common", "organizations"];

/// One request for a person's agreement.
pub(super) struct Ask<'a> {
    fields: HashMap<String, String>,
    pub(super) client_id: String,
    pub(super) redirect_uri: Url,
    /// The tenants it may be about, with their positions.
    pub(super) tenants: Vec<(usize, &'a Tenant)>,
}

impl<'a> Ask<'a> {
    /// Reads a query; an error is a page, because nothing yet says where to go back to.
    pub(super) fn read(world: &'a World, name: &str, query: &str) -> Result<Self, Box<Response<Body>>> {
        let fields: HashMap<String, String> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let wrong = |aadsts| Box::new(page::error(aadsts, name));
        let (Some(client_id), Some(redirect_uri)) = (fields.get("client_id"), fields.get("redirect_uri")) else {
            return Err(wrong(900_144));
        };
        let named: Vec<_> = if ANY.contains(&name) {
            world.tenants.iter().enumerate().collect()
        } else {
            vec![world.tenant(name).ok_or_else(|| wrong(90_002))?]
        };
        let tenants: Vec<_> = named.into_iter().filter(|(_, tenant)| tenant.spec.client_id == *client_id).collect();
        if tenants.is_empty() {
            return Err(wrong(700_016));
        }
        let registered = tenants.iter().any(|(_, tenant)| tenant.sends_back_to(redirect_uri));
        let address = Url::parse(redirect_uri).ok().filter(|_| registered).ok_or_else(|| wrong(50_011))?;
        Ok(Self { client_id: client_id.clone(), redirect_uri: address, tenants, fields })
    }

    /// A parameter that is there and not empty.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.fields.get(name).map(String::as_str).filter(|text| !text.is_empty())
    }

    /// The tenant that the person chose among those it may be about; the only one needs no choice.
    pub(super) fn chosen(&self, form: &HashMap<String, String>) -> Option<(usize, &'a Tenant)> {
        match (self.tenants.as_slice(), form.get("tenant")) {
            ([only], None) => Some(*only),
            (several, Some(name)) => several.iter().find(|(_, tenant)| tenant.spec.is_called(name)).copied(),
            _ => None,
        }
    }

    /// Back to the application, with the state it sent.
    pub(super) fn back(&self, answer: &[(&str, &str)]) -> Response<Body> {
        let mut address = self.redirect_uri.clone();
        address.query_pairs_mut().extend_pairs(answer).extend_pairs(self.get("state").map(|state| ("state", state)));
        let mut response = Response::new(Body::empty());
        *response.status_mut() = axum::http::StatusCode::FOUND;
        if let Ok(location) = header::HeaderValue::from_str(address.as_str()) {
            response.headers_mut().insert(header::LOCATION, location);
        }
        response
    }
}

/// The fields of a form.
pub(super) fn form(body: &[u8]) -> HashMap<String, String> {
    form_urlencoded::parse(body).into_owned().collect()
}
