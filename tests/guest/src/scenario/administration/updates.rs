//! What becomes of a list when files are updated at level 1: veriexec(8), Updates.

use crate::scenario::Scenario;

pub(crate) const SCENARIO: Scenario = Scenario {
    name: "updates",
    script: include_str!("updates.sh"),
    programs: &["veriexecctl", "veriexecgen"],
    ..Scenario::PLAIN
};
