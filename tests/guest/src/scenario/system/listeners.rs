//! Scanners of files, which everybody who opens something waits for: nobody waits for ever.

use crate::scenario::Scenario;

pub(crate) const SCENARIO: Scenario = Scenario {
    name: "listeners",
    script: include_str!("listeners.sh"),
    programs: &["veriexecctl"],
    c_programs: &["listener"],
    kernel_modules: &["fs/overlayfs/overlay"],
    cpus: 2,
    limit: 300,
    ..Scenario::PLAIN
};
