//! stub
use crate::store::Store;
pub(crate) fn generate(_store: &mut Store, _seed: u64, _objects: usize) {}
