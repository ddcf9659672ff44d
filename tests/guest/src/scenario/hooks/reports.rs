//! What is logged of what is denied: all of it, at verbosity 0, under a flood, and
//! to a slow console.

use crate::scenario::Scenario;

pub(crate) const SCENARIO: Scenario = Scenario {
    name: "reports",
    script: include_str!("reports.sh"),
    programs: &["veriexecctl"],
    c_programs: &["attack", "flood"],
    own_modules: &["probe", "slow"],
    // One that waits for its console, and one for everybody else.
    cpus: 2,
    limit: 300,
    ..Scenario::PLAIN
};
