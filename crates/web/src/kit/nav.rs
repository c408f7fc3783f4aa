//! The navigation: only what exists and what the person may see. Entries are data.

use maud::{Markup, html};

use super::icon::icon;
use super::notice::{Freshness, freshness};
use super::number::number;

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NavEntry {
    /// "Operations".
    pub words: &'static str,
    /// Its icon.
    pub icon: &'static str,
    /// Its address.
    pub href: String,
    /// The page belongs to it.
    pub current: bool,
    /// A count behind it: how many, what they are ("active operations"), and their rows. Zero is left out.
    pub count: Option<(u64, &'static str, String)>,
    /// The letter that leads here after `g`.
    pub key: Option<char>,
}

/// Entries under a heading; the heading may be empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NavGroup {
    /// "Configuration".
    pub title: &'static str,
    /// Its entries.
    pub entries: Vec<NavEntry>,
}

/// A tenant one may switch to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantChoice {
    /// "Contoso".
    pub name: String,
    /// "contoso.com", or "contoso.com, suspended".
    pub note: String,
    /// Its first page.
    pub href: String,
    /// The one that is shown.
    pub current: bool,
}

/// The navigation column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nav {
    /// Where the name of the product leads.
    pub home: String,
    /// All tenants of the person; one of them is current on tenant pages.
    pub tenants: Vec<TenantChoice>,
    /// The page of all tenants.
    pub all_tenants: String,
    /// How fresh the current tenant's data is.
    pub freshness: Option<Freshness>,
    /// Groups of entries.
    pub groups: Vec<NavGroup>,
}

/// Renders the navigation column; a drawer on narrow screens.
pub fn nav(view: &Nav) -> Markup {
    html! {
        div.side-col {
            nav.side id="side" popover aria-label="Main" {
                a.brand href=(view.home) { (mark()) "TenantAtlas" }
                (switcher(view))
                @if let Some(line) = &view.freshness { (freshness(line)) }
                @for (position, group) in view.groups.iter().enumerate() { (nav_group(position, group)) }
            }
        }
    }
}

/// The mark of the product.
pub fn mark() -> Markup {
    html! {
        svg.mark viewBox="0 0 24 24" aria-hidden="true" {
            path d="M12 1.8 21.2 7v10L12 22.2 2.8 17V7z" {}
            path d="M12 6.6 17 9.4v5.2l-5 2.8-5-2.8V9.4z" {}
            path d="M12 10.7v2.6" {}
        }
    }
}

fn switcher(view: &Nav) -> Markup {
    let current = view.tenants.iter().find(|tenant| tenant.current);
    html! {
        button.switcher type="button" popovertarget="tenants" {
            span.switcher-n {
                @if let Some(tenant) = current { (tenant.name) span.muted { (tenant.note) } }
                @else { "All tenants" }
            }
            (icon("selector"))
            span.vh { "Switch tenant" }
        }
        div.menu.wide id="tenants" popover {
            label.vh for="tenant-q" { "Find a tenant" }
            input.input id="tenant-q" type="search" placeholder="Find a tenant" autocomplete="off" data-narrows="tenant-l";
            ul.menu-l id="tenant-l" role="list" {
                li { a href=(view.all_tenants) aria-current=[current.is_none().then_some("true")] {
                    (icon("layout-grid")) span { "All tenants" }
                } }
                @for (position, tenant) in view.tenants.iter().enumerate() {
                    li.sep[position == 0] {
                        a href=(tenant.href) aria-current=[tenant.current.then_some("true")] {
                            (icon("building")) span { (tenant.name) small { (tenant.note) } }
                        }
                    }
                }
            }
        }
    }
}

fn nav_group(position: usize, group: &NavGroup) -> Markup {
    let heading = format!("nav-{position}");
    let titled = !group.title.is_empty();
    html! {
        @if titled { h2.nav-h id=(heading) { (group.title) } }
        ul.nav-l role="list" aria-labelledby=[titled.then_some(heading)] {
            @for entry in &group.entries {
                li {
                    a.nav-a href=(entry.href) aria-current=[entry.current.then_some("page")] data-go=[entry.key] {
                        (icon(entry.icon)) (entry.words)
                    }
                    @if let Some((value, what, href)) = &entry.count {
                        @if *value > 0 { a.nav-n href=(href) { (number(*value)) span.vh { " " (what) } } }
                    }
                }
            }
        }
    }
}
