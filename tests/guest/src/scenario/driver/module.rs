//! The module comes and goes.

use crate::scenario::Scenario;

pub(crate) const SCENARIO: Scenario =
    Scenario { name: "module", script: include_str!("module.sh"), ..Scenario::PLAIN };
