//! veriexecctl(8) itself, run on real files and a mock device.

mod completions;
mod difference;
mod json;
mod large;
mod lint;
mod load;
mod machine;
mod replace;
mod settings;
mod simulate;
mod terminal;
mod verify;
