//! Whether what a client sends fits the published types, refused in the words of the service.
//!
//! The words are those that administrators report of Intune (Microsoft365DSC issues 3539 and 5954,
//! Intune-PowerShell-SDK issue 98, Intune-Config-Frameworks issue 8, mggraph-intune-samples issue 12).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use super::{Member, Property, Published, Structure, element, find, structure};
use crate::errors::GraphError;

/// Whose words are used: Intune names its own namespace and has a code of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    Intune,
    Entra,
}

/// Properties that real tenants export although the published types do not have them: the type, the property. Exports of
/// 2025 have it on settings of the catalog, always null.
const UNPUBLISHED: [(&str, &str); 1] = [("deviceManagementConfigurationSettingInstance", "auditRuleInformation")];

/// Refuses an object that does not fit its declared type. Nothing is refused of a type the data does not hold.
pub(crate) fn check(dialect: Dialect, declared: &str, object: &Map<String, Value>) -> Result<(), GraphError> {
    let check = Check(dialect);
    check.object(declared, object)?;
    let own = structure(declared).map(|declared| check.own_type(declared, object)).transpose()?;
    let computed = |name: &&String| own.is_some_and(|own| own.computes(name)) && !object[name.as_str()].is_null();
    object.keys().find(computed).map_or(Ok(()), |name| Err(check.read_only(name)))
}

/// Refuses a value that does not fit a type as Microsoft writes it, for example `Collection(Edm.String)`.
pub(crate) fn check_value(dialect: Dialect, of: &str, value: &Value) -> Result<(), GraphError> {
    Check(dialect).value(of, value)
}

/// What a single value is written as in JSON, by the names the service's reader uses.
fn node(value: &Value) -> &'static str {
    match value {
        Value::Array(_) => "StartArray",
        Value::Object(_) => "StartObject",
        _ => "PrimitiveValue",
    }
}

struct Check(Dialect);

impl Check {
    fn refuse(&self, message: impl Into<String>) -> GraphError {
        let code = match self.0 {
            Dialect::Intune => "ModelValidationFailure",
            Dialect::Entra => "BadRequest",
        };
        GraphError::new(400, code, message)
    }

    fn read_only(&self, name: &str) -> GraphError {
        self.refuse(format!("The property '{name}' is read-only and cannot be set."))
    }

    fn name(&self, name: &str) -> String {
        match self.0 {
            Dialect::Intune => format!("microsoft.management.services.api.{name}"),
            Dialect::Entra => format!("microsoft.graph.{name}"),
        }
    }

    /// The type an object has: the one it states, which derives from the declared one.
    fn own_type(
        &self,
        declared: &'static Structure,
        object: &Map<String, Value>,
    ) -> Result<&'static Structure, GraphError> {
        let stated = match object.get("@odata.type") {
            None => return Ok(declared),
            Some(stated) => stated.as_str().ok_or_else(|| self.refuse("The value of '@odata.type' is not a text."))?,
        };
        let full = stated.trim_start_matches('#');
        let own = full.strip_prefix("microsoft.graph.").and_then(structure).ok_or_else(|| {
            let rest = "When a model is available, each type name must resolve to a valid type.";
            self.refuse(format!("A type named '{full}' could not be resolved by the model. {rest}"))
        })?;
        if own.is(declared.name) {
            return Ok(own);
        }
        Err(self.refuse(format!(
            "An entry with type '{}' was found, but it is not assignable to the expected type '{}'. The type specified in \
             the entry must be equal to either the expected type or a derived type.",
            self.name(own.name),
            self.name(declared.name),
        )))
    }

    fn object(&self, declared: &str, object: &Map<String, Value>) -> Result<(), GraphError> {
        let Some(declared) = structure(declared) else {
            return Ok(());
        };
        let own = self.own_type(declared, object)?;
        if own.is_abstract {
            return Err(self.refuse("Cannot create an abstract class."));
        }
        // Inside an object the service passes over what it computes (IntuneCD sends it back), but for secrets.
        let reference =
            object.iter().find(|(name, value)| own.is("omaSetting") && own.computes(name) && !value.is_null());
        if let Some((name, _)) = reference {
            return Err(self.read_only(name));
        }
        object.iter().try_for_each(|(name, value)| self.member(own, name, value))
    }

    fn member(&self, own: &'static Structure, name: &str, value: &Value) -> Result<(), GraphError> {
        let unknown = |name: &str| {
            let own = self.name(own.name);
            self.refuse(format!(
                "The property '{name}' does not exist on type '{own}'. Make sure to only use property names that are \
                 defined by the type."
            ))
        };
        if let Some(bound) = name.strip_suffix("@odata.bind") {
            return match own.member(bound) {
                Some(Member::Navigation(of)) => self.bind(bound, of, value),
                _ => Err(unknown(bound)),
            };
        }
        // Other annotations say nothing that is stored, and the key is judged by those who know the method.
        if name.contains('@') || name.starts_with('#') || name == "id" {
            return Ok(());
        }
        match own.member(name) {
            None if UNPUBLISHED.iter().any(|(of, property)| *property == name && own.is(of)) => Ok(()),
            None => Err(unknown(name)),
            Some(Member::Property(property)) => self.property(name, property, value),
            Some(Member::Navigation(of)) => self.value(of, value),
        }
    }

    fn bind(&self, name: &str, of: &str, value: &Value) -> Result<(), GraphError> {
        let texts = |all: &[Value]| all.iter().all(Value::is_string);
        let fits = match (element(of), value) {
            (Some(_), Value::Array(all)) => texts(all),
            (None, value) => value.is_string(),
            (Some(_), _) => false,
        };
        if fits { Ok(()) } else { Err(self.refuse(format!("The value of '{name}@odata.bind' is not an address."))) }
    }

    fn property(&self, name: &str, property: Property, value: &Value) -> Result<(), GraphError> {
        if value.is_null() && !property.nullable && !property.computed {
            let of = property.of;
            return Err(self.refuse(format!(
                "A null value was found for the property named '{name}', which has the expected type \
                 '{of}[Nullable=False]'. The expected type '{of}[Nullable=False]' does not allow null values."
            )));
        }
        self.value(property.of, value)
    }

    fn value(&self, of: &str, value: &Value) -> Result<(), GraphError> {
        if value.is_null() {
            return Ok(());
        }
        let list =
            element(of).or_else(|| of.strip_prefix("CollectionOrFlags(").map(|inner| inner.trim_end_matches(')')));
        match (list, value) {
            (Some(of), Value::Array(all)) => all.iter().try_for_each(|one| self.value(of, one)),
            (Some(_), value) if of.starts_with("Collection(") => Err(self.unexpected(value, "StartArray")),
            (Some(of), value) => self.one(of, value),
            (None, value) => self.one(of, value),
        }
    }

    fn unexpected(&self, value: &Value, expected: &str) -> GraphError {
        let found = node(value);
        self.refuse(format!(
            "An unexpected '{found}' node was found when reading from the JSON reader. A '{expected}' node was expected."
        ))
    }

    fn one(&self, of: &str, value: &Value) -> Result<(), GraphError> {
        match find(of) {
            Some(Published::Structure(_)) => match value {
                Value::Object(object) => self.object(of, object),
                other => Err(self.unexpected(other, "StartObject")),
            },
            Some(Published::Enumeration { flags, members }) => self.member_of(*flags, members, value),
            // A type that the data leaves out.
            None if of.starts_with(|first: char| first.is_ascii_lowercase()) => Ok(()),
            None if node(value) != "PrimitiveValue" => Err(self.unexpected(value, "PrimitiveValue")),
            None if is_literal(of, value) => Ok(()),
            None => {
                let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                Err(self.refuse(format!("Cannot convert the literal '{shown}' to the expected type 'Edm.{of}'.")))
            }
        }
    }

    fn member_of(&self, flags: bool, members: &[&str], value: &Value) -> Result<(), GraphError> {
        let Some(text) = value.as_str() else {
            return Err(match node(value) {
                "PrimitiveValue" => self.refuse(format!("Requested value '{value}' was not found.")),
                _ => self.unexpected(value, "PrimitiveValue"),
            });
        };
        let mut parts: Vec<&str> = if flags { text.split(',').map(str::trim).collect() } else { vec![text] };
        parts.retain(|part| !members.contains(part));
        match parts.first() {
            None => Ok(()),
            Some(part) => Err(self.refuse(format!("Requested value '{part}' was not found."))),
        }
    }
}

/// Whether a single value can be read as one of the primitive types.
fn is_literal(of: &str, value: &Value) -> bool {
    let text = value.as_str();
    match of {
        "Boolean" => value.is_boolean(),
        "Byte" | "Int16" | "Int32" | "Int64" => value.is_i64(),
        "Double" | "Single" | "Decimal" => value.is_number(),
        "String" => text.is_some(),
        "DateTimeOffset" => text.is_some_and(|text| text.parse::<jiff::Timestamp>().is_ok()),
        "Date" => text.is_some_and(|text| text.parse::<jiff::civil::Date>().is_ok()),
        "TimeOfDay" => text.is_some_and(|text| text.parse::<jiff::civil::Time>().is_ok()),
        "Duration" => text.is_some_and(|text| text.parse::<jiff::Span>().is_ok()),
        "Guid" => text.is_some_and(is_guid),
        "Binary" => text.is_some_and(|text| STANDARD.decode(text).is_ok()),
        _ => true,
    }
}

/// 32 hexadecimal digits in groups of 8, 4, 4, 4 and 12.
fn is_guid(text: &str) -> bool {
    let groups: Vec<usize> = text.split('-').map(str::len).collect();
    groups == [8, 4, 4, 4, 12] && text.chars().all(|letter| letter == '-' || letter.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn refusal(declared: &str, object: &Value) -> String {
        check(Dialect::Intune, declared, object.as_object().unwrap())
            .map_or_else(|error| error.message, |()| String::new())
    }

    fn windows(name: &str, value: &Value) -> String {
        let object = json!({ "@odata.type": "#microsoft.graph.windows10GeneralConfiguration", name: value });
        refusal("deviceConfiguration", &object)
    }

    #[test]
    fn what_fits_is_accepted_and_what_does_not_is_named() {
        assert_eq!(windows("accountsBlockAddingNonMicrosoftAccountEmail", &json!(true)), "");
        assert!(windows("nonsense", &json!(1)).starts_with("The property 'nonsense' does not exist on type 'microsoft.management.services.api.windows10GeneralConfiguration'."));
        assert_eq!(
            windows("displayName", &json!(3)),
            "Cannot convert the literal '3' to the expected type 'Edm.String'."
        );
        assert_eq!(
            windows("passwordMinimumLength", &json!("<x/>")),
            "Cannot convert the literal '<x/>' to the expected type 'Edm.Int32'."
        );
        assert_eq!(windows("defenderScanType", &json!("sometimes")), "Requested value 'sometimes' was not found.");
        assert!(windows("roleScopeTagIds", &json!("0")).ends_with("A 'StartArray' node was expected."));
        assert!(windows("displayName", &json!([])).starts_with("An unexpected 'StartArray' node was found"));
        assert_eq!(
            windows("supportsScopeTags", &json!(true)),
            "The property 'supportsScopeTags' is read-only and cannot be set."
        );
        assert!(windows("supportsScopeTags", &json!(null)).is_empty());
    }

    #[test]
    fn the_derived_type_is_needed_where_the_declared_one_is_abstract() {
        assert_eq!(refusal("deviceConfiguration", &json!({ "displayName": "x" })), "Cannot create an abstract class.");
        let other = json!({ "@odata.type": "#microsoft.graph.webApp" });
        assert!(refusal("deviceConfiguration", &other).contains("is not assignable to the expected type"));
        let none = json!({ "@odata.type": "#microsoft.graph.nothing" });
        assert!(refusal("deviceConfiguration", &none).contains("could not be resolved by the model"));
        assert_eq!(refusal("assignmentFilter", &json!({ "x": 1 })), "", "nothing is known of that type");
    }

    #[test]
    fn a_reference_is_bound_to_a_navigation() {
        let object = json!({ "roleDefinition@odata.bind": "https://graph/1" });
        assert_eq!(refusal("deviceAndAppManagementRoleAssignment", &object), "");
        let wrong = json!({ "members@odata.bind": "https://graph/1" });
        assert!(refusal("deviceAndAppManagementRoleAssignment", &wrong).contains("'members' does not exist"));
    }
}
