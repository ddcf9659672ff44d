//! Contents that change between being evaluated and being executed: writers race on two processors.

use crate::scenario::Scenario;

pub(crate) const SCENARIO: Scenario = Scenario {
    name: "toctou",
    script: include_str!("toctou.sh"),
    programs: &["veriexecctl"],
    c_programs: &["toctou"],
    cpus: 2,
    limit: 900,
    ..Scenario::PLAIN
};
