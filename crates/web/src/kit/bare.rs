//! The shell of pages before a sign-in: set-up, sign-in, and errors of a stranger.

use maud::{DOCTYPE, Markup, html};

use super::nav::mark;
use super::shell::{head, toasts};
use super::topbar::theme_toggle;

/// Renders a page with one column and no navigation. `lede` is a sentence below the title, or nothing.
pub fn bare_page(title: &str, lede: &str, main: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            (head(title))
            body {
                a.skip href="#main" { "Skip to content" }
                div.bare {
                    header.bare-h { span.brand { (mark()) "TenantAtlas" } (theme_toggle()) }
                    main.bare-m id="main" tabindex="-1" {
                        h1 { (title) }
                        @if !lede.is_empty() { p.lede { (lede) } }
                        (main)
                    }
                }
                (toasts(None))
            }
        }
    }
}
