//! A tenant with objects and an empty one, and a restore from the one to the other.

use app::inventory::{Selection, start_sync};
use app::restores::{
    Answers, Choice, Confirmation, ObjectKey, ReferenceAnswer, Scope, ShownPlan, Source, answer, begin, choose_scope,
    confirm, mapping, open, shown, start_preview,
};
use app::starting::Extra;
use model::ids::{RestoreId, RunId};
use store::{RunRow, TenantScope};
use tokio::time::timeout;

use super::{Arguments, LONGEST};
use crate::Failure;
use crate::engines::postgres::Server;
use crate::sync::programs::Programs;
use crate::tenants::site::{Site, tenant};

/// What is restored: types with assignments that need nothing else of their tenant.
const TYPES: [&str; 5] =
    ["settingsCatalog", "deviceConfigurations", "compliancePolicies", "powershellScripts", "remediations"];
/// Generated objects for each one that is restored: not all have assignments or are of these types.
const GENERATED: usize = 4;

/// Both tenants.
pub(super) struct World {
    pub(super) site: Site,
}

impl World {
    /// Starts the simulator and connects both tenants.
    pub(super) async fn make(arguments: &Arguments, programs: &Programs, server: &Server) -> Result<Self, Failure> {
        let tenants = [tenant(0, arguments.objects * GENERATED), tenant(1, 0)];
        Ok(Self { site: Site::start(&tenants, arguments.latency, programs, server).await? })
    }

    fn from(&self) -> &TenantScope {
        &self.site.scopes[0]
    }

    fn to(&self) -> &TenantScope {
        &self.site.scopes[1]
    }

    /// Begins a restore of so many objects with assignments; every group stands for one of the empty tenant.
    pub(super) async fn begin(&self, wanted: usize) -> Result<RestoreId, Failure> {
        for scope in [self.from(), self.to()] {
            let sync = start_sync(&self.site.db, scope, &Selection::of(&TYPES)?, Extra::default()).await?.run();
            self.ended(scope, sync).await?;
        }
        let groups = app::directory::start_groups_sync(&self.site.db, self.to(), false, Extra::default()).await?.run();
        self.ended(self.to(), groups).await?;
        let rows = self.site.db.tenant(self.from()).inventory().present(&TYPES, None, 100_000).await?;
        let assigned = rows.into_iter().filter(|row| row.complete && row.assignments_count.unwrap_or(0) > 0);
        let objects: Vec<_> = assigned.take(wanted).map(|row| ObjectKey::new(row.type_key, row.external_id)).collect();
        if objects.len() < wanted {
            return Err(format!("the tenant has only {} objects with assignments", objects.len()).into());
        }
        let source = Source::Objects { tenant: self.from().tenant_id(), objects };
        let restore = begin(&self.site.db, self.to(), source).await?;
        let whole = Scope { objects: None, settings: true, assignments: true };
        let revision = choose_scope(&self.site.db, self.to(), restore, 1, whole).await?;
        let answers = self.answers(restore).await?;
        answer(&self.site.db, self.to(), restore, revision, answers).await?;
        Ok(restore)
    }

    /// Groups one after the other; everything else that is not here is left out.
    async fn answers(&self, restore: RestoreId) -> Result<Answers, Failure> {
        let groups = self.site.db.tenant(self.to()).groups().list(None, None, 1_000).await?;
        let opened = open(&self.site.db, self.to(), restore).await?;
        let mut answers = Answers::default();
        let asked = mapping(&self.site.db, self.to(), &opened).await?.references;
        let unanswered = asked.into_iter().filter(|one| matches!(one.answer, ReferenceAnswer::Open(_)));
        for (index, one) in unanswered.enumerate() {
            let group = groups.get(index % groups.len().max(1)).filter(|_| one.reference.kind == "groups");
            let choice = group.map_or(Choice::LeaveOut, |group| Choice::Use(group.id.clone()));
            answers.references.push((one.reference.kind, one.reference.external_id, Some(choice)));
        }
        Ok(answers)
    }

    /// Makes the plan.
    pub(super) async fn preview(&self, restore: RestoreId) -> Result<ShownPlan, Failure> {
        let run = start_preview(&self.site.db, self.to(), restore, Extra::default()).await?.run();
        self.ended(self.to(), run).await?;
        Ok(shown(&self.site.db, self.to(), restore).await?)
    }

    /// Does what the plan says.
    pub(super) async fn execute(&self, restore: RestoreId, plan: &ShownPlan) -> Result<RunRow, Failure> {
        let said = Confirmation {
            plan: plan.hash.clone(),
            impact_reviewed: true,
            tenant_name: self.site.db.tenant(self.to()).info().await?.display_name,
            reason: "A measurement".to_owned(),
        };
        let run = confirm(&self.site.db, self.to(), restore, &said, Extra::default()).await?.run();
        self.ended(self.to(), run).await
    }

    /// How many requests a run sent to change something.
    pub(super) async fn writes(&self, run: RunId) -> Result<u64, Failure> {
        Ok(self.site.db.tenant(self.to()).restores().writes(run).await?.len() as u64)
    }

    async fn ended(&self, scope: &TenantScope, run: RunId) -> Result<RunRow, Failure> {
        timeout(LONGEST, self.site.ended(scope, run)).await.map_err(|_| "a run did not end")?
    }
}
