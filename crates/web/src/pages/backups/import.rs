//! Importing files as a backup set: the form, and its start.

use app::exchange::{NewImport, SetOrigin, import_run, start_import};
use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use store::{BackupSet, TenantScope};

use super::list;
use crate::errors::WebError;
use crate::extract::{Asked, InTenant, Posted, Sent};
use crate::fields::Fields;
use crate::frame::{Place, answer, extra};
use crate::kit::button::{Button, Press, button, why_off};
use crate::kit::form::{Field, csrf, field};
use crate::pages::form_error::FormError;
use crate::state::Shared;

const NAME: &[&str] = &["backup.name"];
const FILE: &[&str] = &["import.empty", "import.archive", "import.too_large", "import.file_name", "request.too_large"];

/// The form below the one that backs up.
pub(super) fn form(place: &Place<'_>, error: &FormError) -> Markup {
    if let Some(off) = place.start_off(import_run::DEFINITION.capability, "why-import") {
        return html! { (button(&Button::new("Import", Press::Submit).off_when(Some(off.clone())))) (why_off(&off)) };
    }
    let Press::Post { action, .. } = place.start(&format!("{}/backups/import", place.base())) else { return html! {} };
    let file = Field { name: "file".into(), label: "File".into(), kind: "file", required: true, ..Field::default() };
    let help =
        "A ZIP archive or a JSON file: our own export, or that of the portal, IntuneManagement or IntuneCD.".to_owned();
    let name = Field {
        name: "set-name".into(),
        label: "Name of the set, or that of the file".into(),
        autocomplete: "off",
        ..Field::default()
    };
    html! {
        form.form method="post" enctype="multipart/form-data" action=(action) {
            (error.summary(&[("file", FILE), ("set-name", NAME)]))
            (csrf(&place.ctx.csrf))
            (field(&error.at(FILE, Field { help, ..file })))
            (field(&error.at(NAME, name)))
            div.row-acts { (button(&Button::new("Import", Press::Submit).with_icon("download"))) }
        }
    }
}

/// `POST /t/{tenant}/backups/import`
pub(crate) async fn import(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    Asked(asked): Asked,
    Posted(form): Posted,
    Sent(file): Sent,
) -> Result<Response, WebError> {
    let started = async {
        let name = form.get("set-name").map(str::to_owned);
        let import = NewImport { name, file: file.name.clone(), content: file.content.to_vec() };
        start_import(shared.db(), &scope, import, extra(&asked, &form)?).await
    };
    match started.await {
        Ok(started) => answer(&shared, &ctx, &scope, started, "/backups").await,
        Err(error) => {
            let error = FormError::of(error)?;
            let page =
                list::render_with(&shared, &ctx, &scope, &asked, &Fields::default(), &FormError::default(), &error);
            Ok(error.respond(page.await?))
        }
    }
}

/// Where the set is from, when somebody has imported it.
pub(super) async fn origin(
    shared: &Shared,
    scope: &TenantScope,
    set: &BackupSet,
) -> Result<Option<SetOrigin>, WebError> {
    let origins = shared.db().tenant(scope).backups().origins(&[set.id]).await?;
    Ok(origins.get(&set.id).cloned().and_then(|origin| serde_json::from_value(origin).ok()))
}

/// "Imported from contoso.zip (IntuneCD)".
pub(super) fn words(origin: &SetOrigin) -> String {
    format!("Imported from {} ({})", origin.file, origin.layout_label())
}
