//! `$filter`: what an expression says about an object.

use std::borrow::Cow;
use std::cmp::Ordering;

use serde_json::Value;

use crate::errors::GraphError;

/// A filter ready to be asked.
#[derive(Debug)]
pub(crate) struct Filter(pub(super) Expression);

/// Part of a filter.
#[derive(Debug)]
pub(super) enum Expression {
    Literal(Value),
    Path(Vec<String>),
    Not(Box<Expression>),
    And(Box<Expression>, Box<Expression>),
    Or(Box<Expression>, Box<Expression>),
    Compare(Comparison, Box<Expression>, Box<Expression>),
    In(Box<Expression>, Vec<Expression>),
    Call(String, Vec<Expression>),
    Any { path: Vec<String>, variable: String, condition: Box<Expression>, all: bool },
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
}

/// Where a path starts: the object, or the variable of an `any`.
struct Scope<'a> {
    object: &'a Value,
    variable: Option<(&'a str, &'a Value)>,
}

impl Filter {
    pub(crate) fn parse(text: &str) -> Result<Self, GraphError> {
        super::filter_parser::parse(text).map(Self)
    }

    pub(crate) fn accepts(&self, object: &Value) -> bool {
        let scope = Scope { object, variable: None };
        truth(&self.0.value(&scope))
    }
}

impl Expression {
    fn value<'a>(&'a self, scope: &Scope<'a>) -> Cow<'a, Value> {
        match self {
            Self::Literal(value) => Cow::Borrowed(value),
            Self::Path(path) => scope.find(path).map_or(Cow::Owned(Value::Null), Cow::Borrowed),
            Self::Not(inner) => boolean(!truth(&inner.value(scope))),
            Self::And(left, right) => boolean(truth(&left.value(scope)) && truth(&right.value(scope))),
            Self::Or(left, right) => boolean(truth(&left.value(scope)) || truth(&right.value(scope))),
            Self::Compare(comparison, left, right) => {
                boolean(comparison.holds(&left.value(scope), &right.value(scope)))
            }
            Self::In(left, choices) => {
                let left = left.value(scope);
                boolean(choices.iter().any(|choice| Comparison::Equal.holds(&left, &choice.value(scope))))
            }
            Self::Call(name, arguments) => boolean(call(name, arguments, scope)),
            Self::Any { path, variable, condition, all } => {
                let items = scope.find(path).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
                let holds = |item: &'a Value| {
                    let inner = Scope { object: scope.object, variable: Some((variable, item)) };
                    truth(&condition.value(&inner))
                };
                boolean(if *all { items.iter().all(holds) } else { items.iter().any(holds) })
            }
        }
    }
}

impl<'a> Scope<'a> {
    fn find(&self, path: &[String]) -> Option<&'a Value> {
        let (mut value, path) = match (self.variable, path) {
            (Some((name, item)), [first, rest @ ..]) if first == name => (item, rest),
            _ => (self.object, path),
        };
        for name in path.iter().filter(|name| !name.starts_with("microsoft.graph.")) {
            let fields = value.as_object()?;
            value = fields.get(name).or_else(|| {
                let found = fields.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
                found.map(|(_, value)| value)
            })?;
        }
        Some(value)
    }
}

impl Comparison {
    fn holds(self, left: &Value, right: &Value) -> bool {
        let order = compare(left, right);
        match self {
            Self::Equal => order == Some(Ordering::Equal),
            Self::NotEqual => order != Some(Ordering::Equal),
            Self::Greater => order == Some(Ordering::Greater),
            Self::GreaterOrEqual => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
            Self::Less => order == Some(Ordering::Less),
            Self::LessOrEqual => matches!(order, Some(Ordering::Less | Ordering::Equal)),
        }
    }
}

/// Order of two values of one kind; text knows no case, as in Graph.
pub(crate) fn compare(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Null, Value::Null) => Some(Ordering::Equal),
        (Value::Bool(left), Value::Bool(right)) => Some(left.cmp(right)),
        (Value::Number(left), Value::Number(right)) => left.as_f64()?.partial_cmp(&right.as_f64()?),
        (Value::String(left), Value::String(right)) => match (moment(left), moment(right)) {
            (Some(left), Some(right)) => Some(left.cmp(&right)),
            _ => Some(left.to_lowercase().cmp(&right.to_lowercase())),
        },
        _ => None,
    }
}

/// Moments are compared as such: `00Z` is before `00.001Z`, which as text it is not.
fn moment(text: &str) -> Option<jiff::Timestamp> {
    let looks_so = text.len() >= 20 && text.starts_with(|first: char| first.is_ascii_digit()) && text.contains('T');
    if looks_so { text.parse().ok() } else { None }
}

fn call(name: &str, arguments: &[Expression], scope: &Scope<'_>) -> bool {
    let text = |index: usize| {
        let value = arguments.get(index).map(|argument| argument.value(scope));
        value.and_then(|value| value.as_str().map(str::to_lowercase))
    };
    match (name, text(0), text(1)) {
        ("startswith", Some(text), Some(part)) => text.starts_with(&part),
        ("endswith", Some(text), Some(part)) => text.ends_with(&part),
        ("contains", Some(text), Some(part)) => text.contains(&part),
        ("isof", _, _) => is_of(arguments, scope),
        _ => false,
    }
}

/// Whether the object has the type named by the last argument.
fn is_of(arguments: &[Expression], scope: &Scope<'_>) -> bool {
    let wanted = match arguments.last() {
        Some(Expression::Literal(Value::String(name))) => name.clone(),
        Some(Expression::Path(path)) => path.join("/"),
        _ => return false,
    };
    let wanted = wanted.trim_start_matches("microsoft.graph.");
    scope
        .object
        .get("@odata.type")
        .and_then(Value::as_str)
        .is_some_and(|name| name.trim_start_matches("#microsoft.graph.").eq_ignore_ascii_case(wanted))
}

fn truth(value: &Value) -> bool {
    value.as_bool().unwrap_or(false)
}

fn boolean<'a>(value: bool) -> Cow<'a, Value> {
    Cow::Owned(Value::Bool(value))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn accepts(filter: &str) -> bool {
        let object = json!({
            "@odata.type": "#microsoft.graph.windowsUpdateForBusinessConfiguration",
            "displayName": "WIN – BitLocker's ring", "version": 3, "isBuiltIn": false, "nothing": null,
            "createdDateTime": "2026-05-01T10:00:00Z",
            "resources": [{"resourceId": "a"}, {"resourceId": "b"}],
        });
        Filter::parse(filter).unwrap().accepts(&object)
    }

    #[test]
    fn comparisons_and_their_combinations_hold() {
        assert!(accepts("displayName eq 'win – bitlocker''s ring' and version ge 3"));
        assert!(accepts("isBuiltIn eq true or not (version lt 3)"));
        assert!(!accepts("isBuiltIn ne false"));
        assert!(accepts("createdDateTime gt 2026-04-01T00:00:00Z"));
        assert!(accepts("createdDateTime lt 2026-05-01T10:00:00.001Z and createdDateTime le 2026-05-01T10:00:00.000Z"));
        assert!(accepts("displayName in ('other', 'WIN – BitLocker''s ring')"));
    }

    #[test]
    fn functions_and_lambdas_hold() {
        assert!(accepts("startswith(displayName,'WIN')"));
        assert!(!accepts("endsWith(displayName, 'x')"));
        assert!(accepts("isof('microsoft.graph.windowsUpdateForBusinessConfiguration')"));
        assert!(!accepts("isof(microsoft.graph.iosUpdateConfiguration)"));
        assert!(accepts("resources/any(s:s/resourceId eq 'b')"));
        assert!(!accepts("resources/all(s:s/resourceId eq 'b')"));
    }

    #[test]
    fn a_property_of_another_type_is_null() {
        assert!(accepts(
            "(microsoft.graph.managedApp/appAvailability) eq null or (microsoft.graph.managedApp/appAvailability) eq 'lineOfBusiness' or isAssigned eq true"
        ));
    }

    #[test]
    fn nonsense_is_refused() {
        for filter in ["displayName eq", "(a eq 1", "a eq 'open", "eq 1", "a b c"] {
            assert_eq!(Filter::parse(filter).unwrap_err().status, 400, "{filter}");
        }
    }
}
