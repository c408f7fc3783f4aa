//! Objects wait for the names of their settings while others are read behind them.

use std::collections::VecDeque;
use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use graph::{ObservedObject, TenantGraph};
use model::registry::content::Definitions;
use store::StoreError;
use tokio::sync::mpsc;

use super::super::recorder::Desk;
use super::Names;
use super::learn::{notice, take};
use super::round::{Answers, Round};

/// Parts that wait at the same time: so many ask together what is new in them, and reading goes no further ahead.
const WAITING_MAX: usize = 6;

/// The objects of one type in line, in parts.
pub(in crate::inventory) struct Line<'a> {
    /// Of the type; absent where settings have no definitions: nothing waits then.
    names: Option<Names<'a>>,
    graph: &'a TenantGraph,
    /// What was read before is read again.
    again: bool,
    /// Where names go to be written, before the objects that are found by them.
    desk: &'a Desk,
    waiting: VecDeque<Part>,
    round: Option<BoxFuture<'a, Answers>>,
    is_over: bool,
}

struct Part {
    objects: Vec<ObservedObject>,
    /// What was first met in it and has to be asked for.
    wanted: Vec<String>,
}

impl<'a> Line<'a> {
    pub(in crate::inventory) fn new(
        names: Option<Names<'a>>,
        graph: &'a TenantGraph,
        again: bool,
        desk: &'a Desk,
    ) -> Self {
        Self { names, graph, again, desk, waiting: VecDeque::new(), round: None, is_over: false }
    }

    /// The next part, of at most `size` objects, once the service said what it calls their settings; nothing when that was
    /// all.
    pub(in crate::inventory) async fn next(
        &mut self,
        objects: &mut mpsc::Receiver<ObservedObject>,
        size: usize,
    ) -> Result<Option<Vec<ObservedObject>>, StoreError> {
        while !self.waiting.front().is_some_and(|part| self.is_named(part)) {
            self.ask();
            let mut part = Vec::new();
            tokio::select! {
                biased;
                Some(answers) = async { Some(self.round.as_mut()?.await) } => self.take(answers).await,
                count = objects.recv_many(&mut part, size), if !self.is_over && self.waiting.len() < WAITING_MAX => {
                    self.is_over = count == 0;
                    if count > 0 {
                        self.join(part).await?;
                    }
                }
                else => return Ok(None),
            }
        }
        Ok(self.waiting.pop_front().map(|part| part.objects))
    }

    /// What settings are called, as far as it is known now.
    pub(in crate::inventory) fn known(&self) -> Arc<Definitions> {
        self.names.as_ref().map(|names| Arc::clone(&names.known)).unwrap_or_default()
    }

    /// Gives the names back.
    pub(in crate::inventory) fn into_names(self) -> Option<Names<'a>> {
        self.names
    }

    fn is_named(&self, part: &Part) -> bool {
        let wanted = self.names.as_ref().filter(|names| !names.service.silent).map(|names| &names.wanted);
        wanted.is_none_or(|wanted| !part.wanted.iter().any(|setting| wanted.contains_key(setting)))
    }

    async fn join(&mut self, objects: Vec<ObservedObject>) -> Result<(), StoreError> {
        let wanted = match &mut self.names {
            Some(names) => notice(names, &objects, self.again).await?,
            None => Vec::new(),
        };
        self.waiting.push_back(Part { objects, wanted });
        Ok(())
    }

    /// One round at a time: what is met while it is under way is asked for in the next one.
    fn ask(&mut self) {
        let Some(names) = self.names.as_ref().filter(|_| self.round.is_none()) else { return };
        let (graph, contract) = (self.graph, names.contract);
        self.round = Round::next(names).map(|round| round.ask(graph, contract).boxed());
    }

    async fn take(&mut self, answers: Answers) {
        self.round = None;
        if let Some(names) = &mut self.names {
            self.desk.named(take(names, answers)).await;
        }
    }
}
