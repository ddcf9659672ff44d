//! veriexecctl(8) itself, run on real files and a mock device.

mod agreement;
mod completions;
mod difference;
mod elf;
mod explain;
mod json;
mod large;
mod lint;
mod load;
mod machine;
mod manual;
mod output;
mod preflight;
mod replace;
mod settings;
mod simulate;
mod terminal;
mod verify;
