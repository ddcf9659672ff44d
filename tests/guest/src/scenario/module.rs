//! The module comes and goes.

use super::Scenario;

pub(super) const SCENARIO: Scenario =
    Scenario { name: "module", script: include_str!("module.sh"), ..Scenario::PLAIN };
