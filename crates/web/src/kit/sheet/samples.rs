//! Made-up data of the component sheet.

use crate::kit::badge::Badge;
use crate::kit::time::Now;
use crate::kit::toast::{Card, Toast};

/// 23 November 2026, 09:42 in Berlin, in milliseconds since the Unix epoch.
const NOW_MS: i64 = 1_795_423_320_000;

/// The moment of the sheet.
pub(super) fn now() -> Now {
    Now::new(NOW_MS, "Europe/Berlin")
}

/// Milliseconds since the Unix epoch, `seconds` before the moment of the sheet.
pub(super) fn ago(seconds: i64) -> i64 {
    NOW_MS - seconds * 1000
}

/// Notification cards.
pub(super) fn cards() -> Vec<Card> {
    let card = |badge, title: &str, text: &str, seconds, unread| Card {
        badge,
        title: title.to_owned(),
        text: text.to_owned(),
        tenant: "Contoso".to_owned(),
        at_ms: ago(seconds),
        href: "/t/contoso/operations/1".to_owned(),
        unread,
    };
    vec![
        card(Badge::PartiallySucceeded, "Backup partially succeeded", "644 of 650 objects, 6 incomplete.", 2_686, true),
        card(Badge::Queued, "Inventory sync queued", "16 types.", 136, true),
        card(Badge::Succeeded, "Inventory sync succeeded", "650 objects, 3 changed.", 3_222, false),
    ]
}

/// Toasts.
pub(super) fn toasts() -> Vec<Toast> {
    let link = || Some(("View run".to_owned(), "/t/contoso/operations/1".to_owned()));
    vec![
        Toast {
            badge: Badge::Queued,
            title: "Inventory sync queued".to_owned(),
            text: "16 types of Contoso.".to_owned(),
            code: String::new(),
            link: link(),
        },
        Toast {
            badge: Badge::Running,
            title: "Already running".to_owned(),
            text: "Started by Marco Bianchi 4 min ago. You were not made a second one.".to_owned(),
            code: String::new(),
            link: link(),
        },
        Toast {
            badge: Badge::Failed,
            title: "Not started".to_owned(),
            text: "Contoso is suspended.".to_owned(),
            code: "tenant_suspended".to_owned(),
            link: None,
        },
    ]
}
