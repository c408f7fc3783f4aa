//! Pages: next links are followed as they are, never in a circle and never to another host.

use std::collections::HashSet;

use model::registry::Quota;
use serde_json::Value;
use url::Url;

use crate::error::GraphError;
use crate::pipeline::Pipeline;

/// More pages than any collection has; a service that makes up ever new links ends here.
const PAGES_MAX: usize = 100_000;

/// One page.
pub(crate) struct Page {
    pub(crate) rows: Vec<Value>,
    pub(crate) next: Option<String>,
    /// Where the next round of changes begins: on the last page of this one.
    pub(crate) delta: Option<String>,
}

impl Page {
    /// From a collection's answer. An empty page with a next link is in order.
    pub(crate) fn of(answer: Value) -> Result<Self, GraphError> {
        let shape = || GraphError::of("graph.unexpected_shape");
        let Value::Object(mut map) = answer else { return Err(shape()) };
        let Some(Value::Array(rows)) = map.shift_remove("value") else { return Err(shape()) };
        let mut link = |name| match map.shift_remove(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(link)) => Ok(Some(link)),
            Some(_) => Err(shape()),
        };
        Ok(Self { rows, next: link("@odata.nextLink")?, delta: link("@odata.deltaLink")? })
    }
}

/// Where a next link stands that comes before the rows, as Graph sends it: within so many bytes.
const HEAD: usize = 4 * 1024;

/// The next link of a body that nobody has read yet, when it comes before the rows: a guess to ask ahead by. What the page
/// says when it is read decides.
pub(crate) fn next_link_ahead(body: &[u8]) -> Option<&str> {
    let head = &body[..body.len().min(HEAD)];
    let text = std::str::from_utf8(head).or_else(|error| std::str::from_utf8(&head[..error.valid_up_to()])).ok()?;
    let (before, after) = text.split_once("\"@odata.nextLink\":")?;
    let (link, _) = after.trim_start().strip_prefix('"')?.split_once('"')?;
    // Behind the first row it would be the link of something in it; what is escaped is left to who reads all of it.
    (!before.contains("\"value\"") && !link.contains('\\')).then_some(link)
}

/// Watches over the next links of one collection.
pub(crate) struct Links {
    origin: url::Origin,
    followed: HashSet<String>,
}

impl Links {
    pub(crate) fn new(graph_url: &str) -> Result<Self, GraphError> {
        let graph = Url::parse(graph_url).map_err(|_| GraphError::of("graph.foreign_link"))?;
        Ok(Self { origin: graph.origin(), followed: HashSet::new() })
    }

    /// The link, if it leads to the tenant's Graph.
    pub(crate) fn own(&self, link: String) -> Result<String, GraphError> {
        let same_host = Url::parse(&link).is_ok_and(|parsed| parsed.origin() == self.origin);
        if same_host { Ok(link) } else { Err(GraphError::of("graph.foreign_link")) }
    }

    /// The link, if it may be followed.
    pub(crate) fn check(&mut self, link: String) -> Result<String, GraphError> {
        let link = self.own(link)?;
        if self.followed.len() >= PAGES_MAX || !self.followed.insert(link.clone()) {
            return Err(GraphError::of("graph.page_loop"));
        }
        Ok(link)
    }
}

/// All rows behind a next link.
pub(crate) async fn rest(pipeline: &Pipeline, quota: Quota, next: Option<String>) -> Result<Vec<Value>, GraphError> {
    if next.is_none() {
        return Ok(Vec::new());
    }
    rest_watched(pipeline, quota, &mut Links::new(pipeline.graph_url())?, next).await
}

/// The same under a watch that saw other links before.
pub(crate) async fn rest_watched(
    pipeline: &Pipeline,
    quota: Quota,
    links: &mut Links,
    mut next: Option<String>,
) -> Result<Vec<Value>, GraphError> {
    let mut rows = Vec::new();
    while let Some(link) = next {
        let page = Page::of(pipeline.get(&links.check(link)?, quota).await?)?;
        rows.extend(page.rows);
        next = page.next;
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Links, Page, next_link_ahead};

    #[test]
    fn a_next_link_is_guessed_only_where_it_can_be_no_other() {
        let guess = |body: &'static str| next_link_ahead(body.as_bytes());
        let link = "https://graph.example/x?$skiptoken=1";
        assert_eq!(guess(r#"{"@odata.nextLink":"https://graph.example/x?$skiptoken=1","value":[]}"#), Some(link));
        assert_eq!(guess(r#"{ "@odata.nextLink" : "https://graph.example/x", "value": [] }"#), None);
        for wrong in [
            r#"{"value":[{"parts":[],"@odata.nextLink":"https://graph.example/parts"}]}"#,
            r#"{"@odata.nextLink":"https:\/\/graph.example\/x","value":[]}"#,
            r#"{"@odata.nextLink":null,"value":[]}"#,
            r#"{"@odata.nextLink":"https://graph.exam"#,
            "",
        ] {
            assert_eq!(guess(wrong), None, "{wrong}");
        }
        assert_eq!(next_link_ahead(b"{\"@odata.nextLink\":\"a\",\xff"), Some("a"));
    }

    #[test]
    fn a_link_in_a_circle_or_to_another_host_is_refused() {
        let mut links = Links::new("https://graph.example").expect("address");
        assert!(links.check("https://graph.example/beta/x?$skiptoken=1".into()).is_ok());
        assert_eq!(
            links.check("https://graph.example/beta/x?$skiptoken=1".into()).expect_err("circle").code,
            "graph.page_loop"
        );
        for foreign in [
            "https://graph.example.evil/x",
            "http://graph.example/x",
            "https://graph.example@evil/x",
            "/beta/x",
            "nonsense",
        ] {
            assert_eq!(links.check(foreign.into()).expect_err(foreign).code, "graph.foreign_link");
        }
    }

    #[test]
    fn a_page_without_rows_is_no_page() {
        assert!(Page::of(json!({ "value": [] })).is_ok());
        for wrong in [json!([]), json!({}), json!({ "value": {} }), json!({ "value": [], "@odata.nextLink": 1 })] {
            assert!(Page::of(wrong).is_err());
        }
    }
}
