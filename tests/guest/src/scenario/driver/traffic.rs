//! Requests side by side, on two processors.

use crate::scenario::Scenario;

pub(crate) const SCENARIO: Scenario = Scenario {
    name: "traffic",
    script: include_str!("traffic.sh"),
    programs: &["veriexecctl", "veriexecgen"],
    cpus: 2,
    limit: 240,
    ..Scenario::PLAIN
};
