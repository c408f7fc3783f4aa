//! What can be compared: versions and backup sets of the object, and objects of other tenants.

use app::comparing::{Compared, Comparison, Counterpart, Source};
use maud::{Markup, html};
use model::access::Capability;
use store::{Held, ObjectDetail, TenantCard, TenantScope, VersionRow};

use crate::errors::WebError;
use crate::frame::Place;
use crate::kit::button::{Button, Press, button};
use crate::kit::form::select;
use crate::kit::notice::empty_state;
use crate::kit::time::Now;

/// Backup sets that are offered, the newest ones.
const SETS: usize = 50;

/// Value, words, chosen.
type Choice = (String, String, bool);

/// The forms above the table.
pub(super) async fn forms(
    place: &Place<'_>,
    own: &str,
    object: &ObjectDetail,
    tenants: &[TenantCard],
    other: Option<&TenantScope>,
    other_id: &str,
    found: &Comparison,
) -> Result<Markup, WebError> {
    let Some(scope) = place.scope else { return Ok(html! {}) };
    let now = place.now();
    let old = choices(place, &now, scope, object, &object.row.external_id, &found.old).await?;
    let new = choices(place, &now, other.unwrap_or(scope), object, other_id, &found.new).await?;
    let chosen = other.map(|other| other.tenant_id().to_string());
    let is_same = other.is_none() && other_id == object.row.external_id;
    Ok(html! {
        form.cmp method="get" action=(own) aria-label="Contents to compare" {
            label for="from" { "From" }
            (choose("from", &old))
            label for="to" { "to" }
            (choose("to", &new))
            @if let Some(tenant) = &chosen { input type="hidden" name="to_tenant" value=(tenant); }
            @if !is_same { input type="hidden" name="to_object" value=(other_id); }
            button.btn.sm type="submit" { "Compare" }
        }
        (tenant_form(own, scope, tenants, chosen.as_deref()))
    })
}

fn choose(name: &str, choices: &[Choice]) -> Markup {
    html! {
        select.input.sm id=(name) name=(name) {
            @for (value, words, chosen) in choices { option value=(value) selected[*chosen] { (words) } }
        }
    }
}

/// What one object has: what was observed last, its versions, and what sets hold of it.
async fn choices(
    place: &Place<'_>,
    now: &Now,
    scope: &TenantScope,
    object: &ObjectDetail,
    external_id: &str,
    side: &Compared,
) -> Result<Vec<Choice>, WebError> {
    let tenant = place.shared.db().tenant(scope);
    let mut versions = tenant.versions().of(&object.row.type_key, external_id).await?;
    versions.sort_by_key(|row| std::cmp::Reverse(row.id));
    let mut all = vec![choice(Source::Observed, "Observed last".to_owned(), side)];
    let count = versions.len();
    all.extend(versions.iter().enumerate().map(|(at, row)| version_choice(now, row, count - at, side)));
    if scope.can(Capability::BackupsView) {
        let sets = tenant.backups().held(&object.row.type_key, external_id, None, SETS).await?;
        all.extend(sets.iter().map(|held| set_choice(now, held, side)));
    }
    Ok(all)
}

fn choice(source: Source, words: String, side: &Compared) -> Choice {
    (source.to_string(), words, side.source == source)
}

fn version_choice(now: &Now, row: &VersionRow, number: usize, side: &Compared) -> Choice {
    choice(Source::Version(row.id), format!("Version {number}, {}", now.exact(row.first_seen_at)), side)
}

fn set_choice(now: &Now, held: &Held, side: &Compared) -> Choice {
    choice(Source::Backup(held.set), format!("Backup set “{}”, {}", held.name, now.exact(held.created_at)), side)
}

/// Another tenant, of those that the person may see.
fn tenant_form(own: &str, scope: &TenantScope, tenants: &[TenantCard], chosen: Option<&str>) -> Markup {
    let others = tenants.iter().filter(|card| card.tenant.id != scope.tenant_id());
    let option = |card: &TenantCard| {
        let id = card.tenant.id.to_string();
        (id.clone(), card.tenant.display_name.clone(), chosen == Some(id.as_str()))
    };
    let mut options: Vec<Choice> = vec![(String::new(), "This tenant".to_owned(), chosen.is_none())];
    options.extend(others.map(option));
    html! {
        @if options.len() > 1 {
            form.cmp method="get" action=(own) aria-label="Tenant to compare with" {
                label for="to_tenant" { "With the object of" }
                (choose("to_tenant", &options))
                button.btn.sm type="submit" { "Choose tenant" }
            }
        }
    }
}

/// Which object of the other tenant is meant.
pub(super) fn choose_object(own: &str, tenant: &str, name: &str, found: &[Counterpart]) -> Markup {
    if found.is_empty() {
        let back = html! { (button(&Button::new("Compare within this tenant", Press::Link(own.to_owned())))) };
        let text = format!("{name} has no object of this type that was read completely.");
        return empty_state("arrows-diff", "Nothing to compare with", &text, Some(&back), true);
    }
    let option = |(at, each): (usize, &Counterpart)| (each.external_id.clone(), each.name.clone(), at == 0);
    let options: Vec<Choice> = found.iter().enumerate().map(option).collect();
    html! {
        form method="get" action=(own) {
            input type="hidden" name="to_tenant" value=(tenant);
            (select("to_object", "Object to compare with", &options, &format!("No single object of {name} has the same name."), None))
            button.btn.primary type="submit" { "Compare" }
        }
    }
}
