//! What is logged of what is denied: all of it, at verbosity 0, and under a flood.

use crate::scenario::Scenario;

pub(crate) const SCENARIO: Scenario = Scenario {
    name: "reports",
    script: include_str!("reports.sh"),
    programs: &["veriexecctl"],
    c_programs: &["attack", "flood"],
    own_modules: &["probe"],
    limit: 300,
    ..Scenario::PLAIN
};
