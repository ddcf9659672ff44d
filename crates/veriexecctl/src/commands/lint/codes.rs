//! What findings are called.

use sigfile::Problem;
use sigfile::lint::Fault;

use super::files;
use super::finding::Finding;

/// Every code that a finding can have.
pub(crate) fn all() -> impl Iterator<Item = &'static str> {
    let text = Problem::CODES.into_iter().chain(Fault::CODES);
    text.chain([Finding::EMPTY]).chain(files::CODES)
}
