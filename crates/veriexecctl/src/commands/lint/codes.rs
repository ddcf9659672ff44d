//! What findings are called.

use sigfile::Problem;
use sigfile::lint::Fault;

use super::files;

/// Every code that a finding can have.
pub(crate) fn all() -> impl Iterator<Item = &'static str> {
    Problem::CODES.into_iter().chain(Fault::CODES).chain(files::CODES)
}
