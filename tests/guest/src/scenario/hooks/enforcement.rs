//! The whole of it once, by the tools: what is listed, what is denied, what is said.

use crate::scenario::Scenario;

pub(crate) const SCENARIO: Scenario = Scenario {
    name: "enforcement",
    script: include_str!("enforcement.sh"),
    programs: &["veriexecctl"],
    ..Scenario::PLAIN
};
