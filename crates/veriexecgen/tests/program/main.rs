//! veriexecgen(8) itself, run on real trees.

mod append;
mod faults;
mod narration;
mod options;
mod output;
mod selection;
mod terminal;
mod tree;
mod types;
