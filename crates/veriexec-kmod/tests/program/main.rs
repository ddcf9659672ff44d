//! veriexec-kmod(8) itself, as far as it gets without a module. `tests/guest` tries the rest.

mod manual;
mod program;
mod refusals;
