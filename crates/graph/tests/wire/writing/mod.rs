//! Writing, for every type that the registry restores: what is written is what was wanted, and a write that fails says
//! rightly whether it happened.

mod approval;
mod bench;
mod carried_out;
mod exported;
mod life;
mod promotion;
mod table;
