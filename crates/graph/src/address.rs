//! Addresses below the version, from contracts.

use model::registry::{Contract, DIRECTORY, Part, path_segment as encode};

/// Addresses of one type in one directory.
#[derive(Clone, Copy)]
pub(crate) struct Addresses<'a> {
    contract: &'a Contract,
    directory: &'a str,
}

impl<'a> Addresses<'a> {
    pub(crate) fn new(contract: &'a Contract, directory: &'a str) -> Self {
        Self { contract, directory }
    }

    /// The collection with its list query and so many rows on a page; of a single type the object itself.
    pub(crate) fn list(self, top: Option<u32>) -> String {
        let list = &self.contract.list;
        let mut options = options(&list.select, &list.expand, top);
        options.extend(list.filter.as_deref().map(filter));
        options.extend(list.order.as_deref().map(order));
        with_query(self.path(), &options)
    }

    /// The collection, narrowed further than its list query does.
    pub(crate) fn list_where(self, condition: &str) -> String {
        self.narrowed(condition, self.contract.list.top)
    }

    /// The same with so many rows on a page.
    pub(crate) fn list_where_first(self, condition: &str, top: u32) -> String {
        self.narrowed(condition, Some(top))
    }

    fn narrowed(self, condition: &str, top: Option<u32>) -> String {
        let list = &self.contract.list;
        let both = list.filter.iter().map(String::as_str).chain([condition]).collect::<Vec<_>>().join(" and ");
        let mut options = options(&list.select, &list.expand, top);
        options.push(filter(&both));
        options.extend(list.order.as_deref().map(order));
        with_query(self.path(), &options)
    }

    /// The function that tells what changed, with the selection and page size of the list.
    pub(crate) fn delta(self) -> Option<String> {
        let (delta, list) = (self.contract.delta.as_ref()?, &self.contract.list);
        Some(with_query(delta.path.clone(), &options(&list.select, &[], list.top)))
    }

    /// The action that gives objects by their ids, with the selection of the list.
    pub(crate) fn lookup(self) -> Option<String> {
        let path = self.contract.lookup.clone()?;
        Some(with_query(path, &options(&self.contract.list.select, &[], None)))
    }

    /// How many of that kind are in one object; a page of one row comes with the count.
    pub(crate) fn members(self, id: &str, kind: &str) -> Option<String> {
        let path = format!("{}/{}/microsoft.graph.{kind}", self.item(id), self.contract.members.as_ref()?);
        Some(with_query(path, &["$count=true", "$select=id", "$top=1"].map(str::to_owned)))
    }

    /// One object.
    pub(crate) fn object(self, id: &str, expand: &[String]) -> String {
        with_query(self.item(id), &options(&[], expand, None))
    }

    /// One object with nothing but one property.
    pub(crate) fn alone(self, id: &str, property: &str) -> String {
        with_query(self.item(id), &[format!("$select={property}")])
    }

    /// A part on its own path. What only a derived type has is behind a cast to it.
    pub(crate) fn part(self, id: &str, part: &Part, object_type: Option<&str>) -> String {
        let cast = object_type.filter(|_| !part.of_types.is_empty());
        let cast = cast.map(|name| format!("microsoft.graph.{}/", encode(name))).unwrap_or_default();
        let path = format!("{}/{cast}{}", self.item(id), part.property);
        with_query(path, &options(&part.select, &part.expand, part.top))
    }

    /// The same with something expanded that is no part of the object.
    pub(crate) fn part_expanding(self, id: &str, part: &Part, expand: &str) -> String {
        let path = format!("{}/{}", self.item(id), part.property);
        with_query(path, &options(&[], &[expand.to_owned()], part.top))
    }

    fn path(self) -> String {
        self.contract.path.replace(DIRECTORY, &encode(self.directory))
    }

    fn item(self, id: &str) -> String {
        if self.contract.single { self.path() } else { format!("{}/{}", self.path(), encode(id)) }
    }
}

/// One object of a collection that has no contract of its own.
pub(crate) fn by_id(path: &str, id: &str) -> String {
    format!("{path}/{}", encode(id))
}

fn options(select: &[String], expand: &[String], top: Option<u32>) -> Vec<String> {
    let mut options = Vec::new();
    if !select.is_empty() {
        options.push(format!("$select={}", select.join(",")));
    }
    if !expand.is_empty() {
        options.push(format!("$expand={}", expand.join(",")));
    }
    options.extend(top.map(|top| format!("$top={top}")));
    options
}

fn filter(text: &str) -> String {
    format!("$filter={}", encode_query(text))
}

fn order(text: &str) -> String {
    format!("$orderby={}", encode_query(text))
}

fn with_query(path: String, options: &[String]) -> String {
    if options.is_empty() { path } else { format!("{path}?{}", options.join("&")) }
}

/// A filter as the value of a query option.
fn encode_query(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~/()',:$".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use model::registry::{Contract, Registry};

    use super::Addresses;

    fn contract(key: &str) -> &'static Contract {
        Registry::embedded().get(key).expect("contract")
    }

    #[test]
    fn addresses_come_from_the_contract() {
        let catalog = contract("settingsCatalog");
        let addresses = Addresses::new(catalog, "d");
        assert_eq!(
            addresses.list(catalog.list.top),
            "deviceManagement/configurationPolicies?$expand=assignments,settings&$top=250"
        );
        let part = catalog.part("settings").expect("part");
        assert_eq!(
            addresses.part("a/../b", part, Some("x")),
            "deviceManagement/configurationPolicies/a%2F..%2Fb/settings?$top=1000"
        );
        assert_eq!(
            addresses.part_expanding("a", part, "settingDefinitions"),
            "deviceManagement/configurationPolicies/a/settings?$expand=settingDefinitions&$top=1000"
        );
        assert_eq!(super::by_id("x", "a~b/c"), "x/a~b%2Fc");
        assert!(addresses.object("..", &[]).ends_with("/%2E%2E"));
    }

    #[test]
    fn a_filter_keeps_its_meaning_in_an_address() {
        let roles = Addresses::new(contract("roles"), "d").list(None);
        assert_eq!(roles, "deviceManagement/roleDefinitions?$filter=isBuiltIn%20eq%20false");
    }

    #[test]
    fn the_one_object_of_its_kind_is_its_path() {
        let settings = Addresses::new(contract("tenantSettings"), "d");
        assert_eq!(
            (settings.list(None), settings.object("x", &[])),
            ("deviceManagement/settings".into(), "deviceManagement/settings".into())
        );
        let branding = Addresses::new(contract("companyBranding"), "a b");
        assert_eq!(branding.list(None), "organization/a%20b/branding/localizations");
    }

    #[test]
    fn a_part_of_a_derived_type_is_behind_a_cast() {
        let configurations = contract("deviceConfigurations");
        let part = configurations.part("identityCertificate").expect("part");
        assert_eq!(
            Addresses::new(configurations, "d").part("1", part, Some("windows10VpnConfiguration")),
            "deviceManagement/deviceConfigurations/1/microsoft.graph.windows10VpnConfiguration/identityCertificate?$select=id,displayName"
        );
    }
}
