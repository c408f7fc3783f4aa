//! The component sheet: every part in every state, in both themes side by side, for tests and for the eye.

use maud::{Markup, html};

use super::header::{Crumb, Header, header};
use super::nav::{Nav, NavEntry, NavGroup, TenantChoice};
use super::notice::Freshness;
use super::shell::{Shell, page};
use super::tone::Tone;
use super::topbar::{Search, TopBar, active_cards};

mod parts;
mod samples;
mod states;

/// A whole page with every component. All its data is made up and fixed: two calls give the same page.
pub fn sheet() -> Markup {
    let head = header(&Header {
        crumbs: vec![Crumb::text("Reference")],
        title: "Component sheet".to_owned(),
        summary: Some(
            html! { span.muted { "Every state a page can show. Colour always comes with an icon and a word." } },
        ),
        actions: None,
    });
    page(
        &shell(),
        &html! {
            (head)
            div.sheets {
                @for (theme, name) in [("light", "Light"), ("dark", "Dark")] {
                    div class=(format!("{theme} sheet")) {
                        h2.sheet-n { (name) }
                        (states::all(theme))
                        (parts::all(theme))
                    }
                }
            }
            section.sec aria-labelledby="wide-h" {
                h2 id="wide-h" { "Full width" }
                (parts::wide())
            }
        },
    )
}

fn shell() -> Shell {
    Shell {
        stream: None,
        title: "Component sheet".to_owned(),
        tenant_path: Some("/t/contoso".to_owned()),
        keys_off: false,
        nav: nav(),
        top: top(),
        toast: None,
    }
}

fn nav() -> Nav {
    let entry = |words, icon, key, current| NavEntry {
        words,
        icon,
        href: format!("/t/contoso/{}", words.to_lowercase()),
        current,
        count: current.then(|| (8, "active operations", "/t/contoso/operations?active".to_owned())),
        key,
    };
    let tenant = |name: &str, note: &str, current| TenantChoice {
        name: name.to_owned(),
        note: note.to_owned(),
        href: format!("/t/{}", name.to_lowercase()),
        current,
    };
    Nav {
        home: "/".to_owned(),
        tenants: vec![tenant("Contoso", "contoso.com", true), tenant("Fabrikam", "fabrikam.example, suspended", false)],
        all_tenants: "/tenants".to_owned(),
        freshness: Some(Freshness {
            words: "Observed 3 h ago, complete".to_owned(),
            tone: Tone::Ok,
            href: Some("/t/contoso/operations/1".to_owned()),
        }),
        groups: vec![
            NavGroup {
                title: "Configuration",
                entries: vec![
                    entry("Inventory", "list-details", Some('i'), false),
                    entry("Backups", "archive", Some('b'), false),
                ],
            },
            NavGroup { title: "Monitoring", entries: vec![entry("Operations", "activity", Some('o'), true)] },
            NavGroup { title: "Tenant settings", entries: vec![entry("Connection", "plug-connected", None, false)] },
        ],
    }
}

fn top() -> TopBar {
    TopBar {
        active: Some((0, active_cards(&[], 0, "#"))),
        search: Some(Search {
            action: "/t/contoso/inventory".to_owned(),
            label: "Search policies and settings".to_owned(),
            value: String::new(),
        }),
        unread: 2,
        notifications: super::toast::cards(&samples::now(), &samples::cards()),
        mark_read: "/notifications/read".to_owned(),
        own_operations: Some("/t/contoso/operations?by=me".to_owned()),
        person: "Anna Lindqvist".to_owned(),
        person_note: "anna@meridian-it.example · Owner in Contoso".to_owned(),
        person_menu: Vec::new(),
        sign_out: "/sign-out".to_owned(),
        csrf: "token".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::sheet;

    #[test]
    fn the_sheet_has_no_inline_style_no_inline_script_and_no_id_twice() {
        let text = sheet().into_string();
        assert!(!text.contains(" style=\"") && !text.contains("<style"));
        assert!(!text.contains(" onclick=") && !text.contains("javascript:"));
        assert!(text.split("<script").skip(1).all(|rest| rest.starts_with(" src=\"/assets/")));
        let mut ids: Vec<_> = text.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        let all = ids.len();
        ids.sort_unstable();
        let twice: Vec<_> = ids.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]).collect();
        assert!(all > 20 && twice.is_empty(), "{twice:?}");
    }

    #[test]
    fn every_described_or_labelled_element_exists() {
        let text = sheet().into_string();
        for attribute in
            [" aria-describedby=\"", " aria-labelledby=\"", " popovertarget=\"", " commandfor=\"", " for=\""]
        {
            for names in text.split(attribute).skip(1).filter_map(|rest| rest.split('"').next()) {
                for name in names.split(' ') {
                    assert!(text.contains(&format!(" id=\"{name}\"")), "{attribute}{name} leads nowhere");
                }
            }
        }
    }
}
