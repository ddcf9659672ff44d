//! veriexecgen(8) itself, run on real trees.

mod append;
mod faults;
mod links;
mod narration;
mod nothing;
mod options;
mod output;
mod packages;
mod refresh;
mod report;
mod selection;
mod terminal;
mod tree;
mod types;
