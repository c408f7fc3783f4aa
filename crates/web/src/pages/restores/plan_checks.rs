//! What a person should know of a plan before it is confirmed: permissions, approvals in Intune, secrets.

use std::collections::BTreeSet;

use app::restores::Since;
use maud::{Markup, html};
use model::restore::{Approval, Plan, PlanItem};

use crate::errors::sentence;
use crate::kit::facts::section;
use crate::kit::icon::icon;
use crate::kit::number::counted;
use crate::kit::tone::Tone;

/// One line: how it looks, what it is, and what it means.
struct Line {
    tone: Tone,
    icon: &'static str,
    title: String,
    text: String,
}

/// What happened since the plan was made, on a page that can still be confirmed.
pub(super) struct Now<'a> {
    pub(super) since: &'a Since,
    /// The tenant's name.
    pub(super) tenant: &'a str,
    /// When the plan was observed, in words.
    pub(super) observed: String,
}

/// The section beside the plan.
pub(super) fn plan_checks(plan: &Plan, now: Option<&Now<'_>>) -> Markup {
    let all = [permissions(plan), approvals(plan), secrets(plan), now.map(current), now.and_then(writing)];
    let lines: Vec<Line> = all.into_iter().flatten().collect();
    let list = html! {
        ul.checks role="list" {
            @for line in &lines {
                li data-tone=(line.tone) {
                    (icon(line.icon))
                    span { (line.title) small { (sentence(&line.text)) } }
                }
            }
        }
    };
    if lines.is_empty() {
        html! {}
    } else {
        section("plan-checks", "Checks", "", &list)
    }
}

fn permissions(plan: &Plan) -> Option<Line> {
    let refused = |item: &&PlanItem| item.why.iter().any(|why| why.code == "restore.permission_missing");
    let refused = plan.items.iter().filter(refused).count() as u64;
    if refused > 0 {
        return Some(Line {
            tone: Tone::Bad,
            icon: "circle-x",
            title: "A permission is missing".to_owned(),
            text: format!("{} cannot be written. Each says which permission it needs", items(refused)),
        });
    }
    let needed: BTreeSet<&str> = plan.written().flat_map(|item| &item.permissions).map(String::as_str).collect();
    let all = counted(needed.len() as u64, "write permission", "write permissions");
    (!needed.is_empty()).then(|| Line {
        tone: Tone::Ok,
        icon: "circle-check",
        title: "Permissions granted".to_owned(),
        text: format!("The application has what the plan needs: {all}"),
    })
}

fn approvals(plan: &Plan) -> Option<Line> {
    let count = |wanted: Approval| plan.written().filter(|item| item.approval == wanted).count() as u64;
    let (expected, possible, unknown) =
        (count(Approval::Expected), count(Approval::Possible), count(Approval::Unknown));
    let line = |tone, icon, title: &str, text: String| Some(Line { tone, icon, title: title.to_owned(), text });
    if expected > 0 {
        let text = format!("{} until a second administrator approves there", waits(expected, "waits", "wait"));
        return line(Tone::Human, "user-question", "Approval needed in Intune", text);
    }
    if possible > 0 {
        let text = format!("{} until a second administrator approves there", waits(possible, "may wait", "may wait"));
        return line(Tone::Human, "user-question", "Approval may be needed in Intune", text);
    }
    if unknown > 0 {
        let text = "Intune’s approval policies were not read. Sync them to know whether it asks a second administrator";
        return line(Tone::Mute, "help-circle", "Approval in Intune not known", text.to_owned());
    }
    let text = "No approval policy protects what is written";
    plan.written().next().and_then(|_| line(Tone::Ok, "circle-check", "No approval in Intune", text.to_owned()))
}

fn secrets(plan: &Plan) -> Option<Line> {
    let missing = plan.items.iter().filter(|item| item.lacks_secret());
    let missing = missing.map(|item| item.secrets_missing.len() as u64).sum::<u64>();
    let entered = plan.written().flat_map(PlanItem::secrets).count() as u64;
    let secrets = |count: u64| counted(count, "secret", "secrets");
    if missing > 0 {
        return Some(Line {
            tone: Tone::Warn,
            icon: "alert-triangle",
            title: format!("{} {} missing", secrets(missing), if missing == 1 { "is" } else { "are" }),
            text: "Graph never returns it, so that what is made is without. Enter it, or set it in the portal"
                .to_owned(),
        });
    }
    (entered > 0).then(|| Line {
        tone: Tone::Ok,
        icon: "circle-check",
        title: format!("{} entered", secrets(entered)),
        text: "Sent with what holds it; it cannot be compared afterwards".to_owned(),
    })
}

/// Whether the objects are still what the preview saw, as far as anybody has looked.
fn current(now: &Now<'_>) -> Line {
    let moved = now.since.moved.len() as u64;
    if moved > 0 {
        return Line {
            tone: Tone::Warn,
            icon: "alert-triangle",
            title: format!("{} changed since the preview", items(moved)),
            text: "They would be left as they are, as a conflict. Preview again to see what they are now".to_owned(),
        };
    }
    Line {
        tone: Tone::Ok,
        icon: "circle-check",
        title: "Plan is current".to_owned(),
        text: format!("No change of its objects in {} was seen since {}", now.tenant, now.observed),
    }
}

fn writing(now: &Now<'_>) -> Option<Line> {
    now.since.writing.map(|_| Line {
        tone: Tone::Mute,
        icon: "clock",
        title: "Another restore is writing".to_owned(),
        text: "Yours would wait for it".to_owned(),
    })
}

fn items(count: u64) -> String {
    counted(count, "item", "items")
}

fn waits(count: u64, one: &str, several: &str) -> String {
    format!("{} {}", items(count), if count == 1 { one } else { several })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use app::restores::Since;
    use model::ids::{Id, RunId};

    use super::{Now, Plan, plan_checks};

    fn shown(approval: &str, why: &[&str], secrets_missing: &[&str]) -> String {
        let why: Vec<Value> = why.iter().map(|code| json!({ "code": code, "message": "" })).collect();
        let step = json!({ "purpose": "update", "method": "PATCH", "version": "beta", "path": "a", "body": null });
        let item = json!({ "sequence": 1, "type_key": "settingsCatalog", "source_id": "a", "name": "A", "live_id": null,
            "action": "create", "why": why, "steps": [step], "permissions": ["One", "Two"], "approval": approval,
            "secrets_missing": secrets_missing, "live": null, "promised": null });
        let plan = json!({ "format": 1, "directory_id": "d", "observed_at_ms": 0, "items": [item] });
        plan_checks(&serde_json::from_value::<Plan>(plan).expect("a plan"), None).into_string()
    }

    #[test]
    fn what_happened_since_is_said_while_it_can_be_confirmed() {
        let plan = json!({ "format": 1, "directory_id": "d", "observed_at_ms": 0, "items": [] });
        let plan: Plan = serde_json::from_value(plan).expect("a plan");
        let said = |since: &Since| {
            let now = Now { since, tenant: "Contoso", observed: "09:38".to_owned() };
            plan_checks(&plan, Some(&now)).into_string()
        };
        let quiet = said(&Since::default());
        assert!(quiet.contains("Plan is current") && quiet.contains("in Contoso was seen since 09:38"), "{quiet}");
        let run = RunId::from_uuid(uuid::Uuid::from_u128(1));
        let moved = said(&Since { moved: vec![3, 4], writing: Some(run) });
        assert!(moved.contains("2 items changed since the preview"), "{moved}");
        assert!(moved.contains("Another restore is writing") && !moved.contains("Plan is current"), "{moved}");
    }

    #[test]
    fn what_waits_for_somebody_is_said_before_it_is_confirmed() {
        let good = shown("not_expected", &[], &[]);
        assert!(good.contains("2 write permissions") && good.contains("No approval in Intune"), "{good}");
        assert!(!good.contains("secret"), "{good}");
        let waits = shown("expected", &["restore.permission_missing"], &["preSharedKey"]);
        for words in ["A permission is missing", "Approval needed in Intune", "1 item waits", "1 secret is missing"] {
            assert!(waits.contains(words), "{words}: {waits}");
        }
        assert!(shown("possible", &[], &[]).contains("Approval may be needed in Intune"));
        assert!(shown("unknown", &[], &[]).contains("Approval in Intune not known"));
    }
}
