//! Buttons: verb and object. One primary button a view. A disabled one stays reachable and says why beside it.

use maud::{Markup, html};

use super::icon::icon;

/// How much a button weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Weight {
    /// The one main action of a view.
    Primary,
    /// The ordinary button.
    #[default]
    Secondary,
    /// Text only, until pointed at.
    Ghost,
    /// Destroys or stops something.
    Danger,
}

/// What pressing a button does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Press {
    /// Goes to an address.
    Link(String),
    /// Submits the form it stands in.
    Submit,
    /// Posts to `action` with the session's form token. With scripts, the answer (a toast) is added to `#toasts`;
    /// without, it is an ordinary form post.
    Post {
        /// Where to.
        action: String,
        /// The session's form token.
        csrf: String,
    },
    /// Opens the menu or dialog with this id.
    Opens(String),
    /// Opens the modal `<dialog>` with this id.
    Dialog(String),
}

/// A button to render.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Button {
    /// Verb and object: "Retry 4 failed items".
    pub words: String,
    /// More words for people who do not see the row it stands in: " of WIN – Firewall".
    pub about: String,
    /// An icon in front.
    pub icon: Option<&'static str>,
    /// How much it weighs.
    pub weight: Weight,
    /// In rows, 24 px.
    pub small: bool,
    /// What it does.
    pub press: Press,
    /// Set when it cannot be pressed: the id of the element and the sentence that say why.
    pub disabled: Option<WhyOff>,
}

/// Why a control is off. The sentence is rendered by [`why_off`], anywhere near the control.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WhyOff {
    /// Unique on the page.
    pub id: String,
    /// "You need the right “Cancel any run”. Ask an Owner of Contoso."
    pub sentence: String,
}

impl Button {
    /// An ordinary button; change the fields that differ.
    pub fn new(words: impl Into<String>, press: Press) -> Self {
        Self {
            words: words.into(),
            about: String::new(),
            icon: None,
            weight: Weight::Secondary,
            small: false,
            press,
            disabled: None,
        }
    }

    /// The one primary button of a view.
    pub fn primary(words: impl Into<String>, press: Press) -> Self {
        Self { weight: Weight::Primary, ..Self::new(words, press) }
    }

    /// The same with an icon.
    pub fn with_icon(self, name: &'static str) -> Self {
        Self { icon: Some(name), ..self }
    }

    /// The same in row size.
    pub fn small(self) -> Self {
        Self { small: true, ..self }
    }

    /// The same, off when there is a reason.
    pub fn off_when(self, disabled: Option<WhyOff>) -> Self {
        Self { disabled, ..self }
    }

    fn class(&self) -> String {
        let weight = match self.weight {
            Weight::Primary => " primary",
            Weight::Secondary => "",
            Weight::Ghost => " ghost",
            Weight::Danger => " danger",
        };
        format!("btn{weight}{}", if self.small { " sm" } else { "" })
    }
}

/// Renders a button. Put [`why_off`] near it when it is disabled.
pub fn button(button: &Button) -> Markup {
    if let Some(why) = &button.disabled {
        return html! {
            button type="button" class=(button.class()) aria-disabled="true" aria-describedby=(why.id) { (face(button)) }
        };
    }
    let class = button.class();
    match &button.press {
        Press::Link(href) => html! { a class=(class) href=(href) { (face(button)) } },
        Press::Submit => html! { button type="submit" class=(class) { (face(button)) } },
        Press::Opens(id) => html! { button type="button" class=(class) popovertarget=(id) { (face(button)) } },
        Press::Dialog(id) => html! {
            button type="button" class=(class) command="show-modal" commandfor=(id) { (face(button)) }
        },
        Press::Post { action, csrf } => html! {
            form.act method="post" action=(action) hx-post=(action) hx-target="#toasts" hx-swap="beforeend" {
                input type="hidden" name="csrf" value=(csrf);
                button type="submit" class=(class) { (face(button)) }
            }
        },
    }
}

/// The visible sentence of a control that is off.
pub fn why_off(why: &WhyOff) -> Markup {
    html! { p.why-off id=(why.id) { (icon("lock")) span { (why.sentence) } } }
}

/// An icon alone, where the place says what it acts on. `label` is its name: "Dismiss".
pub fn icon_button(name: &str, label: &str, press: &Press) -> Markup {
    match press {
        Press::Link(href) => html! { a.btn.ghost.icon-only href=(href) aria-label=(label) { (icon(name)) } },
        Press::Opens(id) => html! {
            button.btn.ghost.icon-only type="button" popovertarget=(id) aria-label=(label) { (icon(name)) }
        },
        _ => html! { button.btn.ghost.icon-only type="submit" aria-label=(label) { (icon(name)) } },
    }
}

fn face(button: &Button) -> Markup {
    html! {
        @if let Some(name) = button.icon { (icon(name)) }
        (button.words)
        @if !button.about.is_empty() { span.vh { (button.about) } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disabled_button_can_be_reached_does_nothing_and_points_at_its_reason() {
        let why = WhyOff { id: "w".to_owned(), sentence: "Ask an Owner.".to_owned() };
        let press = Press::Post { action: "/start".to_owned(), csrf: "t".to_owned() };
        let text = button(&Button::primary("Back up now", press).off_when(Some(why.clone()))).into_string();
        assert!(text.contains("aria-disabled=\"true\" aria-describedby=\"w\""), "{text}");
        assert!(!text.contains("/start") && !text.contains(" disabled"), "{text}");
        assert!(why_off(&why).into_string().contains("id=\"w\""));
    }

    #[test]
    fn a_post_button_works_without_scripts_and_carries_the_token() {
        let press = Press::Post { action: "/t/contoso/sync".to_owned(), csrf: "token".to_owned() };
        let text = button(&Button::new("Sync inventory", press)).into_string();
        assert!(text.contains("method=\"post\" action=\"/t/contoso/sync\""), "{text}");
        assert!(text.contains("name=\"csrf\" value=\"token\""), "{text}");
    }
}
