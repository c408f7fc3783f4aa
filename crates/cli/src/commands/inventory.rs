//! `tenantatlas inventory`

use std::collections::HashMap;

use app::inventory::{Excluded, Match, ObjectQuery, item_key, matches, matching};
use model::AppError;
use model::registry::Registry;
use store::ObjectRow;

use super::policy::query;
use crate::args::Inventory;
use crate::exit::Exit;
use crate::session::Session;
use crate::when;

const COLUMNS: [(&str, &str); 6] = [
    ("policy", "TYPE/ID"),
    ("name", "NAME"),
    ("type", "TYPE"),
    ("state", "STATE"),
    ("changed", "CHANGED"),
    ("found_in", "FOUND IN"),
];

/// Lists what fits, by name, and says why a search found it.
pub(crate) async fn run(args: Inventory, session: &Session) -> Result<Exit, AppError> {
    let scope = session.scope(&args.tenant.tenant).await?;
    let several = [("type", &args.types), ("platform", &args.platforms)];
    let single = [("state", &args.state), ("changed", &args.changed), ("group", &args.group)];
    let asked: ObjectQuery = query(several, single.into_iter().chain([("uses", &args.uses), ("q", &args.search)]));
    let asked = asked.checked()?;
    let filter = matching(&session.db, &scope, &asked, session.db.ambient().now_ms()).await?;
    let inventory_of = session.db.tenant(&scope);
    let inventory = inventory_of.inventory();
    let objects = inventory.list(&filter, None, args.limit).await?;
    let found = match asked.search()? {
        Some(text) => matches(&session.db, &scope, &text, &objects).await?,
        None => HashMap::new(),
    };
    let excluded = Excluded::of(&session.db, &scope).await?;
    let rows = objects.iter().map(|object| line(object, &found, excluded.has(&object.type_key))).collect();
    session.output.rows(&COLUMNS, rows, "Nothing fits. tenantatlas sync reads what is there.");
    let all = inventory.count(&filter).await?;
    if all > objects.len() as u64 {
        session.output.line(format!("{} of {all}; more with --limit", objects.len()));
    }
    Ok(Exit::Success)
}

fn line(object: &ObjectRow, found: &HashMap<String, Match>, excluded: bool) -> Vec<String> {
    let key = item_key(&object.type_key, &object.external_id);
    let state = match (&object.missing, object.complete) {
        _ if excluded => "excluded",
        (Some(_), _) => "missing",
        (None, false) => "incomplete",
        (None, true) => "present",
    };
    let found = found.get(&key).map(|each| match each.value.as_str() {
        "" => each.place.clone(),
        value => format!("{}: {value}", each.place),
    });
    vec![
        key,
        object.name.clone(),
        Registry::embedded().label(&object.type_key).to_owned(),
        state.to_owned(),
        object.changed_at.map(when::exact).unwrap_or_default(),
        found.unwrap_or_default(),
    ]
}
