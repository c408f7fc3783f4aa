//! Icons: symbols of one sprite, always beside words, so always hidden from assistive technology.

use maud::{Markup, html};

use crate::assets;

/// Names in the sprite, in order.
pub fn names() -> impl Iterator<Item = &'static str> {
    include_str!("../../icons.txt").lines().filter(|name| !name.is_empty())
}

/// An icon of 16 px. A name that is not in `icons.txt` is a mistake of ours and stops a debug build.
pub fn icon(name: &str) -> Markup {
    icon_as(name, "icon")
}

/// An icon that turns while something is going on; it stands still for people who ask for less motion.
pub fn spinning_icon(name: &str) -> Markup {
    icon_as(name, "icon spin")
}

/// An icon with classes of its own, `icon` among them.
pub fn icon_as(name: &str, class: &str) -> Markup {
    debug_assert!(names().any(|known| known == name), "no icon named {name}: add it to icons.txt");
    html! {
        svg class=(class) aria-hidden="true" { use href=(format!("{}#{name}", assets::url("vendor/icons.svg"))) {} }
    }
}
