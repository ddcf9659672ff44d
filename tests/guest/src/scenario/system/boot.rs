//! The harness itself: the kernel that was asked for boots, and its checks are heard.

use crate::scenario::Scenario;

pub(crate) const SCENARIO: Scenario =
    Scenario { name: "boot", script: include_str!("boot.sh"), ..Scenario::PLAIN };
