//! From one object both ways, level by level.

use std::collections::{HashMap, HashSet};

use model::AppError;
use model::registry::content::Reference;
use store::{Db, Direction, Link, LinkedObject, TenantScope};

use super::{Judge, Standing};

/// Deepest level that can be asked for. Real chains end after three or four.
pub const DEPTH_MAX: usize = 6;
/// Links shown of one object; the rest is counted.
const EACH_MAX: usize = 25;
/// Objects shown in one direction; behind them only numbers are told.
const OBJECTS_MAX: usize = 400;

/// Why a branch ends although there may be more behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// It is one of those above it: the links lead in a circle.
    Cycle,
    /// It stands in the tree already, with what is behind it.
    Again,
    /// It is at the depth that was asked for, or the tree is full.
    Cut,
}

/// An object in the tree, with what it leads to.
#[derive(Debug, Clone)]
pub struct Branch {
    /// The object.
    pub object: LinkedObject,
    /// How it is known.
    pub standing: Standing,
    /// Why it goes on no further.
    pub turn: Option<Turn>,
    /// What it leads to.
    pub branches: Vec<Branch>,
    /// Links that are not shown.
    pub more: u64,
}

/// One object with everything it uses and everything that uses it.
#[derive(Debug, Clone)]
pub struct Dependencies {
    /// The object, as it is known; its branches are what it uses.
    pub uses: Branch,
    /// The same object; its branches are what uses it.
    pub used_by: Branch,
    /// Levels that were followed.
    pub depth: usize,
}

impl Branch {
    /// This one and all behind it, those above first.
    pub fn walk<'a>(&'a self, visit: &mut impl FnMut(&'a Branch, usize)) {
        self.walk_from(0, visit);
    }

    fn walk_from<'a>(&'a self, depth: usize, visit: &mut impl FnMut(&'a Branch, usize)) {
        visit(self, depth);
        self.branches.iter().for_each(|branch| branch.walk_from(depth + 1, visit));
    }
}

/// Follows the links of one object so many levels deep. Not found when nothing knows the object and nothing names it.
pub async fn dependencies(
    db: &Db,
    scope: &TenantScope,
    of: &Reference,
    depth: usize,
) -> Result<Dependencies, AppError> {
    let depth = depth.clamp(1, DEPTH_MAX);
    let tenant = db.tenant(scope);
    let judge = Judge::of(tenant.inventory().coverage().await?);
    let known = tenant.inventory().linked_object(of).await?;
    let uses = levels(db, scope, Direction::Uses, of, depth).await?;
    let used_by = levels(db, scope, Direction::UsedBy, of, depth).await?;
    if known.is_none() && used_by.is_empty() {
        return Err(AppError::not_found());
    }
    let object = known.unwrap_or(LinkedObject { reference: of.clone(), name: None, missing_since: None });
    let [uses, used_by] = [uses, used_by].map(|links| grow(&judge, &object, links, depth));
    Ok(Dependencies { uses, used_by, depth })
}

/// The links of every object that is reached, with how many there are.
type Links = HashMap<Reference, Vec<Link>>;

async fn levels(
    db: &Db,
    scope: &TenantScope,
    direction: Direction,
    of: &Reference,
    depth: usize,
) -> Result<Links, AppError> {
    let (mut found, mut seen) = (Links::new(), HashSet::from([of.clone()]));
    let mut level = vec![of.clone()];
    // One level more than is shown tells of how many each object at the end has.
    for _ in 0..=depth {
        let mut next = Vec::new();
        for link in db.tenant(scope).inventory().links(direction, &level, EACH_MAX).await? {
            if seen.len() < OBJECTS_MAX && seen.insert(link.to.reference.clone()) {
                next.push(link.to.reference.clone());
            }
            found.entry(link.from.clone()).or_default().push(link);
        }
        level = next;
    }
    Ok(found)
}

/// Puts the links together. An object is opened where it stands highest; elsewhere it is named.
fn grow(judge: &Judge, object: &LinkedObject, links: Links, depth: usize) -> Branch {
    let mut growing =
        Growing { judge, opened_at: shallowest(&object.reference, &links), links, depth, opened: HashSet::new() };
    growing.branch(object, &mut Vec::new())
}

/// The lowest depth at which each object stands.
fn shallowest(root: &Reference, links: &Links) -> HashMap<Reference, usize> {
    let mut depths = HashMap::from([(root.clone(), 0)]);
    let mut level = vec![root.clone()];
    let mut depth = 0;
    while !level.is_empty() {
        depth += 1;
        let ends = level.iter().filter_map(|from| links.get(from)).flatten().map(|link| &link.to.reference);
        let next: Vec<_> = ends.filter(|to| !depths.contains_key(*to)).cloned().collect();
        depths.extend(next.iter().map(|to| (to.clone(), depth)));
        level = next;
    }
    depths
}

struct Growing<'a> {
    judge: &'a Judge,
    links: Links,
    opened_at: HashMap<Reference, usize>,
    depth: usize,
    opened: HashSet<Reference>,
}

impl Growing<'_> {
    fn branch(&mut self, object: &LinkedObject, above: &mut Vec<Reference>) -> Branch {
        let reference = &object.reference;
        let links = self.links.get(reference).cloned().unwrap_or_default();
        let all = links.first().map_or(0, |link| link.all);
        let branch = |turn, branches, more| Branch {
            object: object.clone(),
            standing: self.judge.standing(object),
            turn,
            branches,
            more,
        };
        if above.contains(reference) {
            return branch(Some(Turn::Cycle), Vec::new(), 0);
        }
        if all == 0 {
            return branch(None, Vec::new(), 0);
        }
        if above.len() >= self.depth {
            return branch(Some(Turn::Cut), Vec::new(), all);
        }
        let is_highest = self.opened_at.get(reference).is_none_or(|depth| *depth >= above.len());
        if !is_highest || !self.opened.insert(reference.clone()) {
            return branch(Some(Turn::Again), Vec::new(), 0);
        }
        above.push(reference.clone());
        let branches: Vec<Branch> = links.iter().map(|link| self.branch(&link.to, above)).collect();
        above.pop();
        let more = all - branches.len() as u64;
        Branch { object: object.clone(), standing: self.judge.standing(object), turn: None, branches, more }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(id: &str) -> LinkedObject {
        let reference = Reference { kind: "scopeTags".into(), external_id: id.into() };
        LinkedObject { reference, name: Some(id.to_uppercase()), missing_since: None }
    }

    /// Links written as `a>b`; `all` of them where there are more than are given.
    fn links(written: &[&str], all: u64) -> Links {
        let mut found = Links::new();
        for (from, to) in written.iter().map(|link| link.split_once('>').expect("from>to")) {
            let link = Link { from: named(from).reference, to: named(to), all: 0 };
            found.entry(link.from.clone()).or_default().push(link);
        }
        for links in found.values_mut() {
            let here = all.max(links.len() as u64);
            links.iter_mut().for_each(|link| link.all = here);
        }
        found
    }

    /// The tree in words: `a(b c!again)`.
    fn told(links: Links, depth: usize) -> String {
        fn of(branch: &Branch) -> String {
            let id = branch.object.reference.external_id.clone();
            let turn = branch.turn.map(|turn| format!("!{turn:?}").to_lowercase()).unwrap_or_default();
            let more = if branch.more > 0 { format!("+{}", branch.more) } else { String::new() };
            let inside: Vec<String> = branch.branches.iter().map(of).collect();
            let inside = if inside.is_empty() { String::new() } else { format!("({})", inside.join(" ")) };
            format!("{id}{turn}{inside}{more}")
        }
        of(&grow(&Judge::of(Vec::new()), &named("a"), links, depth))
    }

    #[test]
    fn links_are_followed_as_deep_as_was_asked_for_and_numbers_say_what_is_behind() {
        let chain = ["a>b", "b>c", "c>d", "d>e"];
        assert_eq!(told(links(&chain, 0), 2), "a(b(c!cut+1))");
        assert_eq!(told(links(&chain, 0), 6), "a(b(c(d(e))))");
        assert_eq!(told(links(&["a>b", "a>c"], 30), 1), "a(b c)+28");
    }

    #[test]
    fn a_circle_ends_where_it_closes() {
        assert_eq!(told(links(&["a>b", "b>c", "c>a"], 0), 6), "a(b(c(a!cycle)))");
        assert_eq!(told(links(&["a>a"], 0), 6), "a(a!cycle)");
    }

    #[test]
    fn what_several_lead_to_is_opened_once_where_it_stands_highest() {
        assert_eq!(told(links(&["a>b", "b>c", "c>d", "a>c"], 0), 6), "a(b(c!again) c(d))");
        assert_eq!(told(links(&["a>b", "a>c", "b>d", "c>d", "d>e"], 0), 6), "a(b(d(e)) c(d!again))");
        assert_eq!(told(links(&["a>b", "a>c", "b>d", "c>d"], 0), 6), "a(b(d) c(d))", "with nothing behind it");
    }
}
