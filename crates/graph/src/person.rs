//! Graph in a person's name, for what they just asked for.

use model::registry::{Registry, content};
use serde_json::Value;

use crate::address::Addresses;
use crate::auth::GROUPS;
use crate::error::GraphError;
use crate::paging::Page;
use crate::pipeline::Pipeline;

/// So many groups are found at most.
const GROUPS_MAX: u32 = 20;

/// One tenant by a person's token. It shares the tenant's budget with everything else.
pub struct PersonGraph {
    pipeline: Pipeline,
}

/// A group that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundGroup {
    /// Its object id.
    pub id: String,
    /// Its name.
    pub display_name: String,
    /// What it is for; empty when nobody wrote it.
    pub description: String,
}

impl PersonGraph {
    pub(crate) fn new(pipeline: Pipeline) -> Self {
        Self { pipeline }
    }

    /// The first groups whose name begins with the text, as the directory sorts them, and whether there are more.
    pub async fn search_groups(&self, text: &str) -> Result<(Vec<FoundGroup>, bool), GraphError> {
        let contract = Registry::embedded().get(GROUPS).ok_or_else(|| GraphError::of("graph.bad_request"))?;
        let connection = self.pipeline.tokens.connection();
        // A quote inside a text is written twice (OData 4.01, URL conventions, 5.1.1.6.2).
        let condition = format!("startswith(displayName,'{}')", text.replace('\'', "''"));
        let relative = Addresses::new(contract, &connection.directory_id).list_where_first(&condition, GROUPS_MAX);
        let address = self.pipeline.absolute(contract.version.as_str(), &relative);
        let page = Page::of(self.pipeline.get(&address, contract.quota).await?)?;
        let groups = page.rows.iter().map(|row| {
            let text = |name: &str| row.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
            let id = content::external_id(contract, row).map(str::to_owned);
            let id = id.ok_or_else(|| GraphError::of("graph.unexpected_shape"))?;
            Ok(FoundGroup { id, display_name: text("displayName"), description: text("description") })
        });
        Ok((groups.collect::<Result<_, GraphError>>()?, page.next.is_some()))
    }
}
