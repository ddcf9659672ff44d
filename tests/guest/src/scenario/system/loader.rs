//! veriexec-kmod(8): the module is loaded, proved and unloaded, and a machine is started with it.

use crate::scenario::Scenario;

pub(crate) const SCENARIO: Scenario = Scenario {
    name: "loader",
    script: include_str!("loader.sh"),
    programs: &["veriexec-kmod", "veriexecctl", "veriexecgen"],
    ..Scenario::PLAIN
};
