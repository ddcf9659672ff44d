//! Our own tools under enforcement: what they answer at each level is what they answer at level 0,
//! whether the list lets them read the files or not.

use crate::scenario::Scenario;

pub(crate) const SCENARIO: Scenario = Scenario {
    name: "tools",
    script: include_str!("tools.sh"),
    programs: &["veriexecctl", "veriexecgen"],
    limit: 240,
    ..Scenario::PLAIN
};
