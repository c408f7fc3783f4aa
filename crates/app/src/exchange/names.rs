//! Names for ids: what other tools write in the place of ids, and by which they find things elsewhere.

use std::collections::BTreeMap;

use model::AppError;
use model::cloud::Clouds;
use model::exchange::{Layout, Source};
use serde::Deserialize;
use store::{Db, ObjectRow, TenantScope};

/// Rows read at a time.
const PAGE: usize = 1_000;
/// Objects opened at a time.
const OPENED: usize = 200;
const APPS: &str = "mobileApps";

/// The tenant with the names that its database has. Nothing is asked outside.
pub async fn source_of(db: &Db, scope: &TenantScope) -> Result<Source, AppError> {
    let info = db.tenant(scope).info().await?;
    let clouds = Clouds::default();
    // The address of a cloud of one's own is that of a simulator, which no other tool would reach.
    let cloud = clouds.get(&info.cloud).or_else(|| clouds.get("global"));
    Ok(Source {
        directory_id: info.directory_id,
        organisation: info.display_name,
        graph_url: cloud.map(|cloud| cloud.graph_url.clone()).unwrap_or_default(),
        groups: groups(db, scope).await?,
        scope_tags: objects(db, scope, "scopeTags").await?,
        filters: objects(db, scope, "assignmentFilters").await?,
        templates: objects(db, scope, "notificationTemplates").await?,
        scripts: objects(db, scope, "complianceScripts").await?,
        apps: objects(db, scope, APPS).await?,
        app_types: BTreeMap::new(),
    })
}

/// The same for an export in that layout: IntuneCD finds apps by name and type.
pub async fn source_for(db: &Db, scope: &TenantScope, layout: Layout) -> Result<Source, AppError> {
    let mut source = source_of(db, scope).await?;
    if layout == Layout::Intunecd {
        source.app_types = app_types(db, scope).await?;
    }
    Ok(source)
}

async fn app_types(db: &Db, scope: &TenantScope) -> Result<BTreeMap<String, String>, AppError> {
    let rows = present(db, scope, APPS).await?;
    let versions: Vec<_> = rows.iter().filter_map(|row| row.version).collect();
    let mut types = BTreeMap::new();
    for some in versions.chunks(OPENED) {
        for (_, document) in db.tenant(scope).versions().documents(some).await? {
            let app: App = serde_json::from_slice(&document).map_err(AppError::internal)?;
            types.extend(app.object_type.map(|name| (app.id, name)));
        }
    }
    Ok(types)
}

/// What is wanted of an app.
#[derive(Deserialize)]
struct App {
    id: String,
    #[serde(rename = "@odata.type")]
    object_type: Option<String>,
}

async fn objects(db: &Db, scope: &TenantScope, type_key: &str) -> Result<BTreeMap<String, String>, AppError> {
    let rows = present(db, scope, type_key).await?;
    Ok(rows.into_iter().map(|row| (row.external_id, row.name)).collect())
}

/// Every object of the type that is there.
async fn present(db: &Db, scope: &TenantScope, type_key: &str) -> Result<Vec<ObjectRow>, AppError> {
    let mut all: Vec<ObjectRow> = Vec::new();
    loop {
        let from = all.last().map(|row| (type_key, row.external_id.as_str()));
        let rows = db.tenant(scope).inventory().present(&[type_key], from, PAGE).await?;
        if rows.is_empty() {
            return Ok(all);
        }
        all.extend(rows);
    }
}

async fn groups(db: &Db, scope: &TenantScope) -> Result<BTreeMap<String, String>, AppError> {
    let mut names = BTreeMap::new();
    let mut after: Option<(String, String)> = None;
    loop {
        let rows = db.tenant(scope).groups().list(None, after.as_ref(), PAGE).await?;
        let Some(last) = rows.last() else { return Ok(names) };
        after = Some((last.name_key.clone(), last.id.clone()));
        names.extend(rows.into_iter().map(|row| (row.id, row.name)));
    }
}
