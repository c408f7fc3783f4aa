//! The navigation column and the top bar: only what exists.

use model::access::Capability;
use store::{Freshness, TenantCard, TenantState};

use super::{Active, Place, bell_cards, first_page};
use crate::errors::WebError;
use crate::kit::menu::MenuItem;
use crate::kit::nav::{Nav, NavEntry, NavGroup, TenantChoice};
use crate::kit::notice;
use crate::kit::time::Now;
use crate::kit::tone::Tone;
use crate::kit::topbar::{Search, TopBar};
use crate::pages::operations::Viewer;

/// An observation older than this is called old, in milliseconds.
const OLD_MS: i64 = 24 * 60 * 60 * 1000;

/// The part of the navigation that a page belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Section {
    Tenants,
    Notifications,
    Account,
    Inventory,
    Coverage,
    Backups,
    Restores,
    Schedules,
    Operations,
    Audit,
    Connection,
    Members,
    Engine,
}

/// Words, icon, path below the tenant, letter.
type Line = (Section, &'static str, &'static str, &'static str, Option<char>);

const CONFIGURATION: [Line; 5] = [
    (Section::Inventory, "Inventory", "list-details", "/inventory", Some('i')),
    (Section::Coverage, "Coverage", "eye", "/coverage", Some('v')),
    (Section::Backups, "Backups", "archive", "/backups", Some('b')),
    (Section::Restores, "Restore", "arrow-back-up", "/restores", Some('r')),
    (Section::Schedules, "Schedules", "calendar-time", "/schedules", Some('s')),
];
const MONITORING: [Line; 2] = [
    (Section::Operations, "Operations", "activity", "/operations", Some('o')),
    (Section::Audit, "Audit log", "clipboard-list", "/audit", Some('a')),
];
const SETTINGS: [Line; 2] = [
    (Section::Connection, "Connection", "plug-connected", "/connection", Some('c')),
    (Section::Members, "Members", "users", "/members", Some('m')),
];
const WORKSPACE: [Line; 3] = [
    (Section::Tenants, "Tenants", "layout-grid", "/tenants", None),
    (Section::Notifications, "Notifications", "bell", "/notifications", Some('n')),
    (Section::Account, "Your account", "user", "/account", None),
];
const INSTALLATION: [Line; 1] = [(Section::Engine, "Engine", "server", "/engine", None)];

pub(super) async fn navigation(
    place: &Place<'_>,
    tenants: &[TenantCard],
    current: Option<&TenantCard>,
) -> Result<Nav, WebError> {
    let active = current.map_or(0, |card| card.active_runs);
    let groups = match place.scope {
        Some(_) => vec![
            group(place, "Configuration", &CONFIGURATION, 0),
            group(place, "Monitoring", &MONITORING, active),
            group(place, "Tenant settings", &SETTINGS, 0),
        ],
        None if place.ctx.platform_admin => {
            vec![group(place, "", &WORKSPACE, 0), group(place, "Installation", &INSTALLATION, 0)]
        }
        None => vec![group(place, "", &WORKSPACE, 0)],
    };
    let freshness = match place.scope {
        Some(scope) => {
            let seen = place.shared.db().tenant(scope).inventory().freshness().await?;
            Some(freshness_line(&place.now(), seen.as_ref(), current, &place.base()))
        }
        None => None,
    };
    let choices = tenants.iter().map(|card| choice(card, place)).collect();
    Ok(Nav { home: "/".to_owned(), tenants: choices, all_tenants: "/tenants".to_owned(), freshness, groups })
}

fn group(place: &Place<'_>, title: &'static str, lines: &[Line], active: u64) -> NavGroup {
    let base = place.base();
    let entries = lines.iter().map(|&(section, words, icon, path, key)| NavEntry {
        words,
        icon,
        href: format!("{base}{path}"),
        current: section == place.section,
        count: (section == Section::Operations)
            .then(|| (active, "active operations", format!("{base}{path}?outcome=pending&when=all"))),
        key,
    });
    NavGroup { title, entries: entries.collect() }
}

fn choice(card: &TenantCard, place: &Place<'_>) -> TenantChoice {
    let note = match card.tenant.state {
        TenantState::Suspended => format!("{}, suspended", card.tenant.primary_domain),
        TenantState::Archived => format!("{}, archived", card.tenant.primary_domain),
        TenantState::Pending | TenantState::Active => card.tenant.primary_domain.clone(),
    };
    let current = place.scope.is_some_and(|scope| scope.tenant_id() == card.tenant.id);
    TenantChoice { name: card.tenant.display_name.clone(), note, href: first_page(card), current }
}

fn freshness_line(now: &Now, seen: Option<&Freshness>, card: Option<&TenantCard>, base: &str) -> notice::Freshness {
    let href = card.and_then(|card| card.last_sync.as_ref()).map(|sync| format!("{base}/operations/{}", sync.run));
    let Some(seen) = seen else {
        return notice::Freshness { words: "Never observed".to_owned(), tone: Tone::Mute, href };
    };
    let words =
        format!("Observed {}, {}", now.relative(seen.at), if seen.complete { "complete" } else { "incomplete" });
    let good = seen.complete && now.ms() - seen.at < OLD_MS;
    notice::Freshness { words, tone: if good { Tone::Ok } else { Tone::Warn }, href }
}

pub(super) async fn top_bar(
    place: &Place<'_>,
    tenants: &[TenantCard],
    current: Option<&TenantCard>,
) -> Result<TopBar, WebError> {
    let notifications = place.shared.db().notifications(place.ctx.user);
    let role = current
        .map(|card| format!(" · {} in {}", capital(&card.role.to_string()), card.tenant.display_name))
        .unwrap_or_default();
    let search = place.scope.map(|_| Search {
        action: format!("{}/inventory", place.base()),
        label: "Search names and settings".to_owned(),
        value: if place.section == Section::Inventory { place.asked.text("q").to_owned() } else { String::new() },
    });
    let active = match place.scope.filter(|scope| scope.can(Capability::OperationsView)) {
        Some(scope) => {
            let active = Active::read(place.shared.db(), scope).await?;
            Some((active.total(), active.cards(&Viewer::new(place.ctx, scope))))
        }
        None => None,
    };
    Ok(TopBar {
        search,
        active,
        unread: notifications.unread_count().await?,
        notifications: bell_cards(&place.now(), &notifications.list(8).await?, tenants),
        mark_read: "/notifications/read".to_owned(),
        own_operations: place.scope.map(|_| format!("{}/operations?who=me", place.base())),
        person: place.ctx.name.clone(),
        person_note: format!("{}{role}", place.ctx.email),
        person_menu: vec![
            MenuItem::link("Your account", "user", "/account"),
            MenuItem::link("Notifications", "bell", "/notifications"),
        ],
        sign_out: "/sign-out".to_owned(),
        csrf: place.ctx.csrf.clone(),
    })
}

/// "owner" as "Owner".
pub(crate) fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
