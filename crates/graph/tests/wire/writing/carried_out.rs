//! Carrying out the requests of one object, with and without faults.

use graph::{Effect, Write, Written};
use graph_sim::{Fault, FaultKind};
use model::registry::{Contract, DIRECTORY};
use model::restore::{Method, Purpose, Step};

use super::bench::{Bench, Side};

/// How the requests fare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weather {
    Fair,
    /// Each request fails before it has an effect, in three ways, and its answer is lost when it has one.
    Foul,
}

impl Bench {
    /// Sends all of them; gives the id of the object.
    pub(super) async fn carry_out(
        &self,
        side: &Side,
        contract: &'static Contract,
        id: Option<&str>,
        steps: &[Step],
        weather: Weather,
    ) -> String {
        let mut id = id.map(str::to_owned);
        for step in steps {
            if let Some((property, value)) = &step.after {
                let ready = self.wait(side, contract, id.as_deref().unwrap(), property, value).await;
                assert!(ready, "{} never says {property} = {value}", contract.key);
            }
            let write = Write::of(step, id.as_deref(), |_| None).unwrap();
            if weather == Weather::Foul {
                self.fails_before(side, contract, id.as_deref(), &write).await;
            }
            let effects = self.simulator.journal().len();
            let made = if weather == Weather::Foul {
                self.answer_lost(side, contract, &write).await
            } else {
                let written = side.graph.write(contract, &write).await;
                let written = written.unwrap_or_else(|error| panic!("{}: {error:?}\n{step:#?}", contract.key));
                let Written::Done { id } = written else { panic!("{}: {written:?}", contract.key) };
                id
            };
            assert_eq!(self.simulator.journal().len(), effects + 1, "{}: one effect\n{step:#?}", contract.key);
            if step.purpose == Purpose::Create && step.method == Method::Patch {
                id = write.path.rsplit('/').next().map(str::to_owned);
            }
            id = made.or(id);
        }
        id.unwrap()
    }

    /// Looks until the object says so: nothing but looking moves the simulated service on.
    async fn wait(&self, side: &Side, contract: &'static Contract, id: &str, property: &str, value: &str) -> bool {
        for _ in 0..5 {
            if side.read(contract, id).await.unwrap()[property] == value {
                return true;
            }
        }
        false
    }

    fn next(&self, side: &Side, write: &Write, kind: FaultKind) {
        let (method, path) = (write.method.to_string(), write.path.replace(DIRECTORY, &side.id));
        self.simulator.add_fault(&side.id, Fault::on(&path, kind).method(&method).times(1));
    }

    /// It fails before it has an effect: the error says what is known, and what is read says that nothing happened.
    async fn fails_before(&self, side: &Side, contract: &'static Contract, id: Option<&str>, write: &Write) {
        let status = |status| FaultKind::Status { status, code: "canary".into(), retry_after: None };
        let was = (self.simulator.journal(), self.look(side, contract, id).await);
        for (kind, code, effect) in [
            (FaultKind::Reset, "graph.unavailable", Effect::Unknown),
            (status(504), "graph.unavailable", Effect::Unknown),
            (status(400), "graph.bad_request", Effect::NotMade),
        ] {
            self.next(side, write, kind);
            let error = side.graph.write(contract, write).await.unwrap_err();
            assert_eq!((error.error.code, error.effect), (code, effect), "{}", contract.key);
            assert!(!format!("{error:?}").contains("canary"));
        }
        let is = (self.simulator.journal(), self.look(side, contract, id).await);
        assert!(was == is, "{}: nothing has happened", contract.key);
        self.next(side, write, status(429));
    }

    async fn look(&self, side: &Side, contract: &'static Contract, id: Option<&str>) -> Option<serde_json::Value> {
        // Between two requests a part may be missing, which is no matter here.
        let found = side.graph.observe_one(contract, id?).await;
        found.ok().map(|object| object.document)
    }

    /// It has its effect and the answer is lost: it is not sent again, and what is read tells which object was made.
    async fn answer_lost(&self, side: &Side, contract: &'static Contract, write: &Write) -> Option<String> {
        let before = if write.creates { side.ids(contract).await } else { Vec::new() };
        self.next(side, write, FaultKind::AnswerLost);
        let error = side.graph.write(contract, write).await.unwrap_err();
        assert_eq!((error.error.code, error.effect), ("graph.unavailable", Effect::Unknown), "{}", contract.key);
        if !write.creates {
            return None;
        }
        let new: Vec<String> = side.ids(contract).await.into_iter().filter(|id| !before.contains(id)).collect();
        assert_eq!(new.len(), 1, "{}: {new:?}", contract.key);
        new.into_iter().next()
    }
}
