//! The mock device through the client, from one opening to the next.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod entries;
mod place;
mod refusals;
mod simulation;
mod state;
