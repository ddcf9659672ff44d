//! What hashes: algorithms and engines by their names.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use anyhow::{Context, Result};
use fingerprint::{Algorithm, Engine};
use sigfile::printable;

/// The algorithm of that name.
pub(crate) fn algorithm(name: &OsStr) -> Result<Algorithm> {
    Algorithm::from_name(name.as_bytes()).with_context(|| {
        let known = Algorithm::ALL.map(Algorithm::name).join(", ");
        format!("No such hash algorithm ({}); expected one of {known}", printable(name.as_bytes()))
    })
}

/// The engine of that name.
pub(crate) fn engine(algorithm: Algorithm, name: &OsStr) -> Result<Engine> {
    name.to_str().and_then(|name| Engine::named(algorithm, name)).with_context(|| {
        let known: Vec<_> = Engine::all(algorithm).iter().map(Engine::name).collect();
        let (name, known) = (printable(name.as_bytes()), known.join(", "));
        format!("This machine has no such engine for {algorithm} ({name}); expected one of {known}")
    })
}

/// The names of the engines, one a line.
pub(crate) fn names(algorithm: Algorithm) -> String {
    Engine::all(algorithm).into_iter().map(|engine| format!("{}\n", engine.name())).collect()
}
