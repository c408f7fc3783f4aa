//! Who is in a group. The directory counts behind a cast only for whoever says that the answer may be a little old.

use std::borrow::Cow;

use super::Reply;
use super::list;
use super::read::Asked;
use crate::collections::Navigation;
use crate::content;
use crate::errors::GraphError;
use crate::path::plain_name;

static LIST: Navigation = Navigation::list("members");

/// A list of members, all of them or those of one kind; `None` leaves the request to the others.
pub(super) fn get(asked: Asked<'_>, segments: &[String]) -> Result<Option<Reply>, GraphError> {
    let [groups, id, members, cast @ ..] = segments else {
        return Ok(None);
    };
    let is = |name: &str, wanted: &str| name.eq_ignore_ascii_case(wanted);
    let lists = is(members, "members") || is(members, "transitiveMembers");
    if !is(groups, "groups") || !lists || cast.len() > 1 {
        return Ok(None);
    }
    let group = asked.store.get("groups", id).ok_or_else(|| GraphError::not_found(id))?;
    let mut all = content::members(group);
    if let Some(cast) = cast.first() {
        if !asked.request.eventual || !asked.options.count {
            let text =
                "Request with OData cast only works with $count=true and the header 'ConsistencyLevel: eventual'";
            return Err(GraphError::new(400, "Request_UnsupportedQuery", text));
        }
        let is_of = |kind: &str| is(plain_name(kind.trim_start_matches('#')), plain_name(cast));
        all.retain(|member| member["@odata.type"].as_str().is_some_and(is_of));
    }
    let path = format!("groups('{id}')/{members}");
    list::parts(asked, all.into_iter().map(Cow::Owned).collect(), &LIST, &path).map(Some)
}
