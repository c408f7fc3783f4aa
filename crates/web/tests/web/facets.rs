//! Every number of the operations list links to exactly the rows it counted: for random ledgers, random filters and any
//! view that the list opens with. A failure prints its seed.

use app::operations::{NAMES, RunQuery};
use model::ids::{TenantId, UserId};
use model::run::{Definition, ItemOutcome, Outcome};
use serde_json::json;
use store::{Closing, ItemRecord, NewRun, Opening, TenantScope};
use testkit::{TestDatabase, on_both_databases};

use crate::support::{Browser, NOON, Site};
use crate::things::worker;

on_both_databases!(every_number_links_to_exactly_the_rows_it_counted, and_so_it_does_in_another_ledger);

const DAY_MS: i64 = 86_400_000;
const RUNS: usize = 40;
const FILTERS: usize = 14;
const TARGETS: [&str; 4] = ["13 types", "100% of “Set_1”", "über alles", r"a\b_c%"];
const CODES: [&str; 3] = ["graph.throttled", "graph.permission_denied", "graph.conflict"];

/// Small, fast and the same everywhere (xorshift64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % bound as u64).unwrap()
    }

    fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }

    fn in_three(&mut self) -> bool {
        self.below(3) == 0
    }
}

async fn every_number_links_to_exactly_the_rows_it_counted(database: &TestDatabase) {
    numbers_link_to_their_rows(database, 90_210).await;
}

async fn and_so_it_does_in_another_ledger(database: &TestDatabase) {
    numbers_link_to_their_rows(database, 2_026).await;
}

async fn numbers_link_to_their_rows(database: &TestDatabase, seed: u64) {
    let site = Site::new(database).await;
    let mut dice = Dice(seed);
    let people = [site.user("anna", false).await, site.user("bert", false).await];
    let tenant = tenant(&site, people[0]).await;
    ledger(database, &site, &mut dice, tenant, people).await;
    let scope = site.db.authorise(people[0], tenant).await.unwrap();
    let mut browser = site.browser_of(people[0]).await;
    for round in 0..FILTERS {
        if round == FILTERS / 2 {
            let query = RunQuery::of([("outcome", "failed"), ("when", "all")]);
            let view = app::operations::create_view(&site.db, &scope, "Failed", query, false).await.unwrap();
            site.db.tenant(&scope).views().open_with(Opening::View(view)).await.unwrap();
        }
        let address = filter(&mut dice, tenant, people[1]);
        check(&mut browser, &address, &format!("seed {seed}, {address}")).await;
    }
    // A word twice is that word, in the rows and in the numbers.
    let twice = format!("/t/{tenant}/operations?outcome=failed&outcome=failed&when=all");
    check(&mut browser, &twice, &twice).await;
    check(&mut browser, &format!("/t/{tenant}/operations"), "the default view").await;
    site.stop.cancel();
}

async fn tenant(site: &Site, owner: UserId) -> TenantId {
    let new = store::NewTenant {
        display_name: "Contoso".into(),
        directory_id: site.db.ambient().uuid().to_string(),
        primary_domain: "contoso.example".into(),
        cloud: "global".into(),
        labels: Default::default(),
    };
    site.db.tenants().create(new, owner).await.unwrap()
}

/// Runs of several types, people, ages, endings and items; some wait, some are at work.
async fn ledger(database: &TestDatabase, site: &Site, dice: &mut Dice, tenant: TenantId, people: [UserId; 2]) {
    let first = site.db.authorise(people[0], tenant).await.unwrap();
    site.db.tenant(&first).set_member(people[1], model::access::Role::Manager).await.unwrap();
    let scopes = [
        site.db.authorise(people[1], tenant).await.unwrap(),
        site.db.scope_for_machine_operator_without_membership(tenant, "Nightly").await.unwrap(),
        first,
    ];
    for number in 0..RUNS {
        start(site, dice, dice_scope(&scopes, number), number).await;
        // What was started before is older than what comes: no start rewrites a run that was started at another age.
        if let Some(age) = [(RUNS / 3, 40 * DAY_MS), (RUNS * 2 / 3, 3 * DAY_MS), (RUNS - 1, 1_000)]
            .into_iter()
            .find_map(|(at, age)| (at == number).then_some(age))
        {
            let at = NOON - age;
            database
                .execute(&format!(
                    "update operation_runs set created_at = {at} where status = 'queued' and created_at not in ({}, {})",
                    NOON - 40 * DAY_MS,
                    NOON - 3 * DAY_MS
                ))
                .await;
        }
    }
    for round in 0..5 {
        work(site, dice, round == 4).await;
    }
}

fn dice_scope(scopes: &[TenantScope; 3], number: usize) -> &TenantScope {
    &scopes[number % 3]
}

async fn start(site: &Site, dice: &mut Dice, scope: &TenantScope, number: usize) {
    let definition: &'static Definition = dice.one::<&'static Definition>(&app::catalogue::DEFINITIONS);
    let inputs = json!({ "types": [number], "filter": number, "set": number, "object": number, "schedule": number });
    let run = NewRun::of(definition, *dice.one(&TARGETS), inputs);
    site.db.tenant(scope).runs().start(run).await.unwrap();
}

async fn work(site: &Site, dice: &mut Dice, only_begun: bool) {
    let worker = worker(site);
    let types: Vec<_> = app::catalogue::DEFINITIONS.iter().map(|definition| definition.run_type).collect();
    for run in site.db.ledger().claim(&worker, 6, &types).await.unwrap() {
        let lease = run.lease(worker.id);
        let items = (0..dice.below(4)).map(|number| ItemRecord {
            key: number.to_string(),
            label: format!("Item {number}"),
            kind: "Thing".into(),
            outcome: *dice.one(&[
                ItemOutcome::Succeeded,
                ItemOutcome::Failed,
                ItemOutcome::Conflict,
                ItemOutcome::Skipped,
            ]),
            code: dice.in_three().then(|| (*dice.one(&CODES)).to_owned()),
            message: None,
            detail: None,
        });
        let items: Vec<_> = items.collect();
        site.db.ledger().record(&lease, items).await.unwrap();
        if only_begun {
            continue;
        }
        let outcome = *dice.one(&[None, None, Some(Outcome::Blocked), Some(Outcome::Failed), Some(Outcome::Cancelled)]);
        let closing = Closing { outcome, reason: None, failures: Vec::new() };
        site.db.ledger().finish(&lease, closing).await.unwrap();
    }
}

/// The address of a list with a random filter; each part is there once in three times.
fn filter(dice: &mut Dice, tenant: TenantId, other: UserId) -> String {
    let types: Vec<_> = app::catalogue::DEFINITIONS.iter().map(|each| each.run_type.to_owned()).collect();
    let who = ["me".to_owned(), "system".to_owned(), other.to_string()];
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for name in NAMES.into_iter().chain(["view", "type", "outcome"]) {
        if !dice.in_three() {
            continue;
        }
        let value = match name {
            "type" => dice.one(&types).clone(),
            "types" => "but".to_owned(),
            "status" => (*dice.one(&["queued", "running", "completed"])).to_owned(),
            "outcome" => dice.one(&app::operations::OUTCOMES).0.to_string(),
            "who" => dice.one(&who).clone(),
            "when" => dice.one(&app::operations::WHEN).0.to_owned(),
            "code" => (*dice.one(&CODES)).to_owned(),
            "q" => (*dice.one(&["13", "100%", "_", "sync", "\\", "“Set"])).to_owned(),
            _ => "none".to_owned(),
        };
        query.append_pair(name, &value);
    }
    format!("/t/{tenant}/operations?{}", query.finish())
}

async fn check(browser: &mut Browser<'_>, address: &str, what: &str) {
    let page = browser.get(address).await.body;
    for (href, count) in numbers(&page) {
        let rows = rows(browser, &href).await;
        assert_eq!(rows, count, "{what}: {href}");
    }
    let shown = rows(browser, address).await;
    assert_eq!(total(&page).unwrap_or(0), shown, "{what}: the pager");
    if let Some(export) = between(&page, "href=\"", "\"", "format=csv") {
        let file = browser.get(&export).await.body;
        assert_eq!(file.lines().count() - 1, shown, "{what}: the export");
    }
}

/// The numbers of the facets with their links.
fn numbers(page: &str) -> Vec<(String, usize)> {
    let list = page.split("class=\"facet-l\"").nth(1).unwrap().split("</ul>").next().unwrap();
    list.split("<li>")
        .skip(1)
        .map(|facet| {
            let href = facet.split("href=\"").nth(1).unwrap().split('"').next().unwrap().replace("&amp;", "&");
            (href, number(facet.split("<b>").nth(1).unwrap()))
        })
        .collect()
}

fn number(text: &str) -> usize {
    text.split('<').next().unwrap().replace(',', "").trim().parse().unwrap()
}

/// "25 of 48 operations, newest first."
fn total(page: &str) -> Option<usize> {
    let words = page.split("aria-label=\"Pages\"").nth(1)?.split(" of </span>").nth(1)?;
    words.split(' ').next()?.replace(',', "").parse().ok()
}

/// The link that has this in it.
fn between(page: &str, from: &str, to: &str, with: &str) -> Option<String> {
    page.split(from)
        .skip(1)
        .filter_map(|rest| rest.split(to).next())
        .find(|href| href.contains(with))
        .map(|href| href.replace("&amp;", "&"))
}

/// Rows of a list on all its pages.
async fn rows(browser: &mut Browser<'_>, address: &str) -> usize {
    let (mut rows, mut next) = (0, Some(address.to_owned()));
    while let Some(address) = next {
        let page = browser.get(&address).await.body;
        rows += page.matches("<tr role=\"row\" id=\"run_").count();
        next = page.split("rel=\"next\"").next().filter(|before| before.len() < page.len()).map(|before| {
            let href = before.rsplit("href=\"").next().unwrap();
            href.split('"').next().unwrap().replace("&amp;", "&")
        });
    }
    rows
}
