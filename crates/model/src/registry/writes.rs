//! Which request writes a property, read from the contract.

use super::contract::Contract;
use super::reading::Part;
use super::writing::{Assignable, Rows};

impl Contract {
    /// The property that a parameter of an action writes.
    pub fn taken_by<'a>(&'a self, parameter: &'a str) -> &'a str {
        self.update.takes.get(parameter).map_or(parameter, String::as_str)
    }

    /// The actions that write properties or parts, with their parameters; the one that assigns is none of them.
    pub fn writing_actions(&self) -> impl Iterator<Item = (&str, &[String])> {
        let assigns = match &self.assignable {
            Assignable::Action(assign) => assign.action.as_str(),
            Assignable::Each { .. } | Assignable::Inside { .. } | Assignable::Never { .. } => "",
        };
        let actions = self.update.actions.iter().filter(move |(name, _)| name.as_str() != assigns);
        actions.map(|(name, parameters)| (name.as_str(), parameters.as_slice()))
    }

    /// Whether an action takes the whole property.
    pub fn written_by_action(&self, property: &str) -> bool {
        let takes = |parameters: &[String]| parameters.iter().any(|parameter| self.taken_by(parameter) == property);
        let own_rows = self.part(property).is_some_and(|part| part.written.is_some());
        !own_rows && self.writing_actions().any(|(_, parameters)| takes(parameters))
    }

    /// Whether the update itself takes the part, with the object's own properties.
    pub fn replaces_part(&self, part: &Part) -> bool {
        self.update.method == "PUT" && self.create.with_parts.contains(&part.property)
    }

    /// Whether a part of an object that is there can be changed.
    pub fn writes_part(&self, part: &Part) -> bool {
        match &part.written {
            Some(Rows::Never) => false,
            Some(_) => true,
            None => {
                self.bound(&part.property).is_some()
                    || self.replaces_part(part)
                    || self.written_by_action(&part.property)
                    || self.assignable.part() == Some(part.property.as_str())
            }
        }
    }
}
