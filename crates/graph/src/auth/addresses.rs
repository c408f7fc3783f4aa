//! Where the sign-in service of a cloud answers, and where it asks people
//! (learn.microsoft.com/graph/auth-v2-service, learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow).

use model::cloud::Cloud;
use url::Url;

use super::refusal;
use crate::error::GraphError;

/// A path of one directory at its cloud's sign-in service.
pub(super) fn of(cloud: &Cloud, directory_id: &str, path: &[&str]) -> Result<Url, GraphError> {
    let wrong = || refusal::wrong_address();
    let mut address = Url::parse(&cloud.login_url).map_err(|_| wrong())?;
    address.path_segments_mut().map_err(|()| wrong())?.pop_if_empty().push(directory_id).extend(path);
    Ok(address)
}

/// What a person is sent to the sign-in service with, for whichever question.
#[derive(Debug, Clone, Copy)]
pub struct SentAway<'a> {
    /// Where the tenant's cloud answers.
    pub cloud: &'a Cloud,
    /// The tenant's directory id.
    pub directory_id: &'a str,
    /// The application's id.
    pub client_id: &'a str,
    /// Where the person comes back to. The application has registered it.
    pub redirect_uri: &'a str,
    /// Comes back with the person. Nobody can guess it.
    pub state: &'a str,
}

impl SentAway<'_> {
    /// Where an administrator of the tenant lets the application in, or does not.
    pub fn to_consent(self) -> Result<String, GraphError> {
        self.to(&["adminconsent"], &[])
    }

    pub(super) fn to(self, path: &[&str], more: &[(&str, &str)]) -> Result<String, GraphError> {
        let mut address = of(self.cloud, self.directory_id, path)?;
        address
            .query_pairs_mut()
            .append_pair("client_id", self.client_id)
            .append_pair("redirect_uri", self.redirect_uri)
            .append_pair("state", self.state)
            .extend_pairs(more);
        Ok(address.into())
    }
}
