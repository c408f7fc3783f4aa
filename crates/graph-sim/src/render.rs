//! Objects as answers show them. Nothing stored is copied: an answer borrows what it shows.

use std::borrow::Cow;

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value};

use crate::collections::{self, EXPANDED_MAX, Kind, Navigation};
use crate::content::definitions;
use crate::errors::GraphError;
use crate::query::{Expand, Options};
use crate::store::Store;

/// A piece of an answer.
pub(crate) enum Node<'a> {
    Stored(&'a Value),
    Made(Value),
    List(Vec<Node<'a>>),
    Object(Vec<(Cow<'a, str>, Node<'a>)>),
}

impl Serialize for Node<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Stored(value) => value.serialize(serializer),
            Self::Made(value) => value.serialize(serializer),
            Self::List(items) => serializer.collect_seq(items),
            Self::Object(fields) => {
                let mut map = serializer.serialize_map(Some(fields.len()))?;
                for (name, value) in fields {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
        }
    }
}

/// What stands behind every address in an answer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Frame<'a> {
    /// Scheme, host and version, for example `http://127.0.0.1:8080/beta`.
    pub(crate) base: &'a str,
    /// Whether the client asked for `odata.metadata=full`.
    pub(crate) full: bool,
    /// Where objects stand that others lead to.
    pub(crate) store: &'a Store,
}

/// What is shown of an object, and where it stands.
#[derive(Clone, Copy)]
pub(crate) struct Shape<'a> {
    /// Address without the base, for example `deviceManagement/configurationPolicies('…')`.
    pub(crate) path: &'a str,
    pub(crate) navigations: &'static [Navigation],
    /// The collection, for objects that stand in one directly.
    pub(crate) kind: Option<&'static Kind>,
    pub(crate) in_list: bool,
}

impl<'a> Shape<'a> {
    pub(crate) fn object(kind: &'static Kind, path: &'a str, in_list: bool) -> Self {
        Self { path, navigations: kind.navigations, kind: Some(kind), in_list }
    }

    fn shows(&self, name: &str, options: &Options) -> bool {
        if self.navigations.iter().any(|navigation| navigation.name == name) {
            return false;
        }
        if let Some(kind) = self.kind {
            let unselected = options.select.is_none() && kind.only_selected.contains(&name);
            if self.in_list && (unselected || kind.list_omits.contains(&name)) {
                return false;
            }
        }
        // The key always comes, selected or not, and so does the type.
        name == "id" || name.starts_with('@') || options.selects(name)
    }

    /// The value of a property, or what the service shows in its place.
    fn value<'v>(&self, name: &str, value: &'v Value, options: &Options) -> Node<'v> {
        let kind_has =
            |list: fn(&Kind) -> &'static [&'static str]| self.kind.is_some_and(|kind| list(kind).contains(&name));
        if self.in_list && kind_has(|kind| kind.list_blanks) {
            let blank = if value.is_array() { Value::Array(Vec::new()) } else { Value::Null };
            return Node::Made(blank);
        }
        if kind_has(|kind| kind.only_alone) && !options.selects_only(name) {
            return Node::Made(Value::Null);
        }
        Node::Stored(value)
    }
}

/// What comes only alone is null where it is not set, when it is asked for.
fn unset<'a>(stored: &Map<String, Value>, shape: Shape<'_>, options: &Options) -> Vec<(Cow<'a, str>, Node<'a>)> {
    let alone = shape.kind.map_or(&[][..], |kind| kind.only_alone).iter().copied();
    let asked =
        alone.filter(|name| options.select.is_some() && options.selects_only(name) && !stored.contains_key(*name));
    asked.map(|name| (Cow::Borrowed(name), Node::Made(Value::Null))).collect()
}

/// Shows one object.
pub(crate) fn object<'a>(
    frame: Frame<'a>,
    value: &'a Value,
    shape: Shape<'_>,
    options: &Options,
) -> Result<Node<'a>, GraphError> {
    let Some(stored) = value.as_object() else {
        return Ok(Node::Stored(value));
    };
    let own_type = stated_type(frame, value, shape);
    let type_field = own_type.map(|name| (Cow::Borrowed("@odata.type"), Node::Made(Value::String(name))));
    let shown = stored
        .iter()
        .filter(|(name, _)| shape.shows(name, options))
        .map(|(name, value)| (Cow::Borrowed(name.as_str()), shape.value(name, value, options)))
        .chain(unset(stored, shape, options));
    let mut fields: Vec<(Cow<'a, str>, Node<'a>)> = type_field.into_iter().chain(shown).collect();
    if frame.full {
        add_control_information(frame, value, shape, &mut fields);
    }
    for expand in &options.expand {
        add_expanded(frame, value, shape, expand, &mut fields)?;
    }
    Ok(Node::Object(fields))
}

/// The type of an object among objects of several collections, where it must be said; the object does not say it itself.
fn stated_type(frame: Frame<'_>, value: &Value, shape: Shape<'_>) -> Option<String> {
    let sources = shape.kind.map(|kind| kind.union).filter(|sources| sources.len() > 1)?;
    if value.get("@odata.type").is_some() {
        return None;
    }
    let id = value["id"].as_str()?;
    let source = sources.iter().find(|path| frame.store.get(path, id).is_some())?;
    Some(format!("#microsoft.graph.{}", collections::declared_type(source)?))
}

fn add_expanded<'a>(
    frame: Frame<'a>,
    value: &'a Value,
    shape: Shape<'_>,
    expand: &Expand,
    fields: &mut Vec<(Cow<'a, str>, Node<'a>)>,
) -> Result<(), GraphError> {
    let known = shape.navigations.iter().find(|one| one.name.eq_ignore_ascii_case(&expand.name));
    let Some(navigation) = known else {
        let message = format!("Could not find a property named '{}' on the type.", expand.name);
        return Err(GraphError::bad_request(format!("Parsing OData Select and Expand failed: {message}")));
    };
    let name = navigation.name;
    let kind_has =
        |list: fn(&Kind) -> &'static [&'static str]| shape.kind.is_some_and(|kind| list(kind).contains(&name));
    if kind_has(|kind| kind.never_expanded) || (shape.in_list && kind_has(|kind| kind.refused_on_list)) {
        return Err(GraphError::bad_request(format!("Expanding '{name}' is not supported here.")));
    }
    let path = format!("{}/{name}", shape.path);
    let context = format!("{}/$metadata#{path}", frame.base);
    if navigation.single {
        let shape = part_shape(&path, navigation);
        let node = match single(frame.store, value, navigation) {
            Some(part) => object(frame, part, shape, &expand.options)?,
            None => Node::Made(Value::Null),
        };
        fields.push((Cow::Owned(format!("{name}@odata.context")), Node::Made(Value::String(context))));
        fields.push((Cow::Borrowed(name), node));
        return Ok(());
    }
    let empty = !shape.in_list && kind_has(|kind| kind.empty_on_object);
    let all = if empty { Vec::new() } else { parts(frame.store, value, navigation) };
    let limit = expand.options.top.unwrap_or(EXPANDED_MAX).min(EXPANDED_MAX);
    fields.push((Cow::Owned(format!("{name}@odata.context")), Node::Made(Value::String(context))));
    if all.len() > limit {
        let link = format!("{}/{path}?$skiptoken={}", frame.base, crate::paging::offset_token(limit));
        fields.push((Cow::Owned(format!("{name}@odata.nextLink")), Node::Made(Value::String(link))));
    }
    let shown = all.into_iter().take(limit).map(|part| shown_part(frame, part, &path, navigation, &expand.options));
    fields.push((Cow::Borrowed(name), Node::List(shown.collect::<Result<_, _>>()?)));
    Ok(())
}

/// One element of a part list.
pub(crate) fn shown_part<'a>(
    frame: Frame<'a>,
    part: Cow<'a, Value>,
    list_path: &str,
    navigation: &'static Navigation,
    options: &Options,
) -> Result<Node<'a>, GraphError> {
    match part {
        Cow::Borrowed(part) => {
            let id = part["id"].as_str().unwrap_or_default();
            let path = format!("{list_path}('{id}')");
            object(frame, part, part_shape(&path, navigation), options)
        }
        Cow::Owned(part) => Ok(Node::Made(part)),
    }
}

/// How a part is shown; an object of another collection as that collection's list shows it.
pub(crate) fn part_shape<'a>(path: &'a str, navigation: &'static Navigation) -> Shape<'a> {
    match navigation.of.and_then(collections::kind) {
        Some(kind) => Shape::object(kind, path, true),
        None => Shape { path, navigations: navigation.parts, kind: None, in_list: false },
    }
}

/// The parts of an object under a navigation; the definitions of a setting are computed.
pub(crate) fn parts<'a>(store: &'a Store, value: &'a Value, navigation: &Navigation) -> Vec<Cow<'a, Value>> {
    if navigation.name == "settingDefinitions" {
        return definitions::of_setting(store, value).into_iter().map(Cow::Owned).collect();
    }
    if let (Some(path), Some(back)) = (navigation.of, navigation.back) {
        let all = store.collection(path).into_iter().flat_map(|collection| collection.after(0));
        return all.map(|(_, one)| one).filter(|one| one[back] == value["id"]).map(Cow::Borrowed).collect();
    }
    let list = value.get(navigation.name).and_then(Value::as_array).into_iter().flatten();
    list.filter_map(|part| target(store, part, navigation)).map(Cow::Borrowed).collect()
}

/// The one part under a navigation that is no list.
pub(crate) fn single<'a>(store: &'a Store, value: &'a Value, navigation: &Navigation) -> Option<&'a Value> {
    let part = value.get(navigation.name).filter(|part| !part.is_null())?;
    target(store, part, navigation)
}

/// What is stored, or the object of another collection it names; an object that was removed is not there.
fn target<'a>(store: &'a Store, part: &'a Value, navigation: &Navigation) -> Option<&'a Value> {
    match (navigation.of, part) {
        (Some(path), Value::String(id)) => store.get(path, id),
        _ => Some(part),
    }
}

/// What `odata.metadata=full` adds: type, own address, addresses of navigations, actions.
fn add_control_information<'a>(
    frame: Frame<'_>,
    value: &Value,
    shape: Shape<'_>,
    fields: &mut Vec<(Cow<'a, str>, Node<'a>)>,
) {
    let mut add = |name: String, text: String| fields.push((Cow::Owned(name), Node::Made(Value::String(text))));
    if value.get("@odata.type").is_none()
        && shape.kind.is_none_or(|kind| kind.union.len() < 2)
        && let Some(name) = shape.kind.and_then(|kind| collections::declared_type(kind.path))
    {
        add("@odata.type".to_owned(), format!("#microsoft.graph.{name}"));
    }
    add("@odata.id".to_owned(), shape.path.to_owned());
    add("@odata.editLink".to_owned(), shape.path.to_owned());
    for navigation in shape.navigations {
        let link = format!("{}/{}/{}", frame.base, shape.path, navigation.name);
        add(format!("{}@odata.associationLink", navigation.name), format!("{link}/$ref"));
        add(format!("{}@odata.navigationLink", navigation.name), link);
    }
    if shape.kind.is_some_and(|kind| kind.assign.is_some()) {
        let target = format!("{}/{}/microsoft.graph.assign", frame.base, shape.path);
        let action = serde_json::json!({ "title": "microsoft.graph.assign", "target": target });
        fields.push((Cow::Borrowed("#microsoft.graph.assign"), Node::Made(action)));
    }
}
