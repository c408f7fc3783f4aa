//! Where a restore begins: what is taken, and which tenant it goes to.

use app::restores::{ObjectKey, Source, begin};
use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use model::AppError;
use model::access::Capability;
use model::ids::{TenantId, VersionId};
use store::{TenantCard, TenantScope};

use super::words::named;
use crate::errors::WebError;
use crate::extract::{Asked, InTenant, Posted};
use crate::fields::Fields;
use crate::frame::{Place, Section, go, tenant_path};
use crate::kit::button::{WhyOff, why_off};
use crate::kit::facts::section;
use crate::kit::form::csrf;
use crate::kit::header::{Crumb, Header, header};
use crate::kit::icon::icon;
use crate::kit::notice::empty_state;
use crate::kit::number::counted;
use crate::kit::table::{Column, action_cell, cell, row, table};
use crate::pages::inventory::{object_path, type_label};
use crate::state::Shared;

/// Names under which the address and the form say what is taken.
const TAKEN: [&str; 3] = ["set", "version", "object"];
/// Objects that are named on the page.
const NAMED: usize = 20;
const COLUMNS: [Column; 3] = [Column::new("Tenant", ""), Column::new("Domain", ""), Column::actions()];

/// `GET /t/{tenant}/restores/new`: the tenant is the one that the objects come from.
pub(crate) async fn page(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    Asked(asked): Asked,
) -> Result<Markup, WebError> {
    let place = Place::tenant(&shared, &ctx, &scope, &asked, Section::Restores);
    let taken = taken(&place, &scope).await?;
    let mut tenants = shared.db().tenants().list_for(ctx.user).await?;
    tenants.sort_by_key(|card| card.tenant.id != scope.tenant_id());
    let back = format!("{}/restores", place.base());
    let body = match taken {
        None => empty_state(
            "arrow-back-up",
            "Nothing is chosen",
            "Begin at a backup set, at a version of an object, or in the inventory.",
            None,
            false,
        ),
        Some(taken) => html! {
            (section("taken", "What is restored", "", &taken))
            (section("target", "Where to", "", &targets(&place, &scope, &tenants)))
        },
    };
    let main = html! {
        (header(&Header { crumbs: vec![Crumb::link("Restore", back)], title: "Begin a restore".into(), summary: None, actions: None }))
        (body)
    };
    place.page("Begin a restore", &main).await
}

/// `POST /t/{tenant}/restores/choose`: from boxes that were ticked to the page that asks where they go.
pub(crate) async fn choose(InTenant(ctx, scope): InTenant, Posted(form): Posted) -> Response {
    let ticked = Fields::default().and_all("object", form.all("policy"));
    go(&ctx, &ticked.href(&format!("{}/restores/new", tenant_path(&scope))))
}

/// `POST /t/{tenant}/restores`: the tenant is the one that is written to.
pub(crate) async fn act(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    Posted(form): Posted,
) -> Result<Response, WebError> {
    let restore = begin(shared.db(), &scope, source(&scope, &form)?).await?;
    Ok(go(&ctx, &format!("{}/restores/{restore}/scope", tenant_path(&scope))))
}

fn source(scope: &TenantScope, form: &Fields) -> Result<Source, AppError> {
    let tenant: TenantId = match form.get("from") {
        Some(id) => id.parse().map_err(|_| AppError::not_found())?,
        None => scope.tenant_id(),
    };
    if let Some(run) = form.get("undo") {
        return Ok(Source::Undo { run: run.parse().map_err(|_| AppError::not_found())? });
    }
    if let Some(run) = form.get("again") {
        return Ok(Source::Again { run: run.parse().map_err(|_| AppError::not_found())? });
    }
    let objects = form.all("object").map(object).collect::<Result<Vec<_>, _>>()?;
    if let Some(set) = form.get("set") {
        let set = set.parse().map_err(|_| AppError::not_found())?;
        return Ok(Source::Set { tenant, set, objects: (!objects.is_empty()).then_some(objects) });
    }
    if !objects.is_empty() {
        return Ok(Source::Objects { tenant, objects });
    }
    let versions = form.all("version").map(|id| id.parse().map_err(|_| AppError::not_found()));
    Ok(Source::Versions { tenant, versions: versions.collect::<Result<Vec<VersionId>, _>>()? })
}

fn object(text: &str) -> Result<ObjectKey, AppError> {
    ObjectKey::parse(text).ok_or_else(AppError::not_found)
}

/// What the address names, in words; nothing when it names nothing.
async fn taken(place: &Place<'_>, scope: &TenantScope) -> Result<Option<Markup>, WebError> {
    let tenant = place.shared.db().tenant(scope);
    if let Some(set) = place.asked.get("set") {
        let set = tenant.backups().get(set.parse().map_err(|_| AppError::not_found())?).await?;
        let href = format!("{}/backups/{}", place.base(), set.id);
        return Ok(Some(
            html! { p { "Backup set " a href=(href) { "“" (set.name) "”" } ", " (counted(set.items, "item", "items")) ". Which of them is the next step." } },
        ));
    }
    let mut lines = Vec::new();
    for id in place.asked.all("version").take(NAMED) {
        let version = tenant.versions().get(id.parse().map_err(|_| AppError::not_found())?).await?;
        let object = object_path(&place.base(), &version.type_key, &version.external_id);
        let href = format!("{object}/versions/{}", version.id);
        lines.push(line(
            &version.name,
            &version.type_key,
            &href,
            &format!(", as it was seen {}", place.now().exact(version.first_seen_at)),
        ));
    }
    for text in place.asked.all("object").take(NAMED) {
        let key = object(text)?;
        let found = tenant.inventory().get(&key.type_key, &key.id).await?;
        let href = object_path(&place.base(), &key.type_key, &key.id);
        lines.push(line(&found.row.name, &key.type_key, &href, ""));
    }
    let count = place.asked.all("version").count() + place.asked.all("object").count();
    let more = count.saturating_sub(lines.len()) as u64;
    Ok((!lines.is_empty()).then(|| {
        html! {
            ul.plain { @for line in &lines { li { (line) } } }
            @if more > 0 { p.help { "and " (counted(more, "other", "others")) } }
        }
    }))
}

fn line(name: &str, type_key: &str, href: &str, when: &str) -> Markup {
    html! { a.row-a href=(href) { (named(name)) } " " span.row-t { (type_label(type_key)) (when) } }
}

/// One button for each tenant that this person is a member of; where they may not, why.
fn targets(place: &Place<'_>, scope: &TenantScope, tenants: &[TenantCard]) -> Markup {
    let rows: Vec<Markup> = tenants.iter().map(|card| target(card, card.tenant.id == scope.tenant_id())).collect();
    html! {
        p.help { "Objects go back to the tenant that they are from, or to another one: then groups, filters and other things that they name are mapped in the third step." }
        form method="post" action=(format!("{}/restores", place.base())) {
            (csrf(&place.ctx.csrf))
            input type="hidden" name="from" value=(scope.tenant_id());
            @for (name, value) in place.asked.only(&TAKEN).pairs() { input type="hidden" name=(name) value=(value); }
            (table("Tenants to restore to", &COLUMNS, true, &rows))
        }
    }
}

fn target(card: &TenantCard, own: bool) -> Markup {
    let tenant = &card.tenant;
    let why = if !card.role.holds(Capability::RestorePreview) {
        Some("Your role there does not restore. Ask one of its owners.")
    } else if !tenant.state.allows_runs() {
        Some("It is suspended, so that nothing can be started.")
    } else {
        None
    };
    let off = why.map(|sentence| WhyOff { id: format!("why-{}", tenant.id), sentence: sentence.to_owned() });
    let words = if own { "Restore here" } else { "Restore to this tenant" };
    let press = html! {
        @match &off {
            Some(off) => { button.btn type="button" aria-disabled="true" aria-describedby=(off.id) { (words) span.vh { " (" (tenant.display_name) ")" } } }
            None => { button.btn.primary[own] type="submit" formaction=(format!("/t/{}/restores", tenant.id)) { (icon("arrow-back-up")) (words) span.vh { " (" (tenant.display_name) ")" } } }
        }
    };
    let name = html! {
        b { (tenant.display_name) } @if own { " " span.row-t { "where it is from" } }
        @if let Some(off) = &off { (why_off(off)) }
    };
    row("", &[cell("c-main", "", &name), cell("", "domain", &html! { (tenant.primary_domain) }), action_cell(&press)])
}
