//! The shell of every page of a signed-in person.

use maud::{DOCTYPE, Markup, html};

use super::live::live_region;
use super::nav::{Nav, nav};
use super::topbar::{TopBar, top_bar};
use crate::assets;

/// Everything around a page.
#[derive(Debug, Clone)]
pub struct Shell {
    /// "Operations, Contoso"; the product's name is added.
    pub title: String,
    /// Where the tenant's pages begin, `/t/<tenant>`; none outside a tenant.
    pub tenant_path: Option<String>,
    /// The person switched single-key shortcuts off.
    pub keys_off: bool,
    /// The navigation column.
    pub nav: Nav,
    /// The top bar.
    pub top: TopBar,
    /// The stream that keeps what surrounds the page up to date, where the page has none of its own.
    pub stream: Option<String>,
    /// A toast to show at once, after a plain form post.
    pub toast: Option<Markup>,
}

/// Renders a whole page. `main` begins with [`super::header::header`].
pub fn page(shell: &Shell, main: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" data-tenant-path=[shell.tenant_path.as_deref()] data-all-tenants=(shell.nav.all_tenants)
             data-keys=[shell.keys_off.then_some("off")] {
            (head(&shell.title))
            body {
                a.skip href="#main" { "Skip to content" }
                div.app {
                    (nav(&shell.nav))
                    (top_bar(&shell.top, &shell.nav))
                    main id="main" tabindex="-1" { (main) }
                }
                (toasts(shell.toast.as_ref()))
                @if let Some(stream) = &shell.stream { (live_region("frame-live", stream, &html! {})) }
            }
        }
    }
}

/// The head that all pages share. Nothing in it is inline and nothing comes from elsewhere.
pub fn head(title: &str) -> Markup {
    html! {
        head {
            meta charset="utf-8";
            title { (title) " – TenantAtlas" }
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="color-scheme" content="light dark";
            link rel="icon" href=(assets::url("mark.svg")) type="image/svg+xml";
            link rel="preload" href=(assets::url("vendor/inter-latin-wght-normal.woff2")) as="font" type="font/woff2" crossorigin;
            link rel="stylesheet" href=(assets::url("app.css"));
            // Not deferred: it sets the chosen theme before the first paint.
            script src=(assets::url("theme.js")) {}
            script src=(assets::url("vendor/htmx.min.js")) defer {}
            script src=(assets::url("vendor/hx-sse.min.js")) defer {}
            script src=(assets::url("app.js")) defer {}
            script src=(assets::url("long-table.js")) defer {}
        }
    }
}

/// Where toasts appear; `first` is one that is there from the start.
pub fn toasts(first: Option<&Markup>) -> Markup {
    html! { div.toasts id="toasts" role="status" aria-live="polite" { @if let Some(toast) = first { (toast) } } }
}
