//! Live views. Needs: one query per change and not one per viewer; no gap after a dropped stream; a viewer who lost the
//! right sees nothing more; everything ends when the server stops.
//!
//! Design: one poller per process reads the database's sequence of changes, woken by the in-process hint and at least
//! once a second, and tells all viewers which runs changed. A viewer authorises again for every batch, then renders the
//! rows it may see. A run's row is read once per change and shared by the viewers of its tenant.
//!
//! Races. *Page rendered, then stream opened*: the page carries the position it was made at and the stream begins
//! there, so what lies between is told. *The poller behind a new viewer*: its next batch begins before what the viewer
//! knows, who then reads the rest by its own position: nothing is told twice. *A slow viewer*: the channel is
//! bounded; one that lags reads what it missed from the database by its own position. *Two changes of one run in a
//! batch*: the row is read after both, so the later one is shown. *A shared row that is older than the change*: rows
//! are kept under the position of the batch, and a new batch drops them.

mod frame;
mod hub;
mod notes;
mod runs;
mod sse;

pub(crate) use frame::stream as frame_stream;
pub(crate) use hub::Hub;
pub(crate) use notes::stream as notes_stream;
pub(crate) use runs::{list_stream, run_stream};
