//! The subsystem on hook points: the policy, the reports, the entries of what is gone and the
//! statistics are handlers like any others.
//!
//! | hook point | event | who of the subsystem |
//! |---|---|---|
//! | [`Points::operation`], one for each kind | [`Asked`]: somebody is about to do something | [`Policy`] votes |
//! | [`Points::decisions`] | [`Decided`]: what it came to | [`Statistics`] counts |
//! | [`Points::departures`] | [`Gone`]: a file, its object, or a file system goes | [`Cleaner`] breaks associations |
//! | one for [`Reports`], which the policy is given | [`Reported`]: there is something to tell | [`Reporter`] limits the rate, and logs |
//!
//! The hook points come first, then those who register at them: a kernel has all of them for as
//! long as it runs. A hook that finds no handler allows, and costs next to nothing.

mod cleaner;
mod points;
mod policy;
mod reporter;
mod statistics;

pub use cleaner::Cleaner;
pub use points::{Asked, Decided, Decisions, Departures, Gone, Handlers, Operations, Points};
pub use policy::{Policy, Tables};
pub use reporter::{Reported, Reporter, Reports};
pub use statistics::Statistics;
