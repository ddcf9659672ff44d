//! Every request of veriexec(4) through the real device: by the real tools, and by a program that
//! sends what no tool would.

use crate::scenario::Scenario;

pub(crate) const SCENARIO: Scenario = Scenario {
    name: "device",
    script: include_str!("device.sh"),
    programs: &["veriexecctl", "veriexecgen"],
    c_programs: &["attack", "request"],
    kernel_modules: &["crypto/rmd160", "crypto/sha512_generic"],
    ..Scenario::PLAIN
};
