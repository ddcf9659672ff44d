//! Malformed requests, many, through the real ioctl(2).

use std::path::Path;

use anyhow::{Context, Result};

use crate::machine::root::Root;
use crate::materials::Materials;
use crate::materials::cache::repository;
use crate::scenario::Scenario;

pub(crate) const SCENARIO: Scenario = Scenario {
    name: "faults",
    script: include_str!("faults.sh"),
    programs: &["veriexecctl"],
    c_programs: &["faults"],
    prepare,
    limit: 600,
    ..Scenario::PLAIN
};

/// The corpus of the fuzz target for requests.
fn prepare(_: &Materials<'_>, root: &mut Root) -> Result<()> {
    let corpus = repository().join("fuzz/corpus/dispatch");
    let files = corpus.read_dir().with_context(|| corpus.display().to_string())?;
    for file in files {
        let file = file?.path();
        let name = file.file_name().context("a file has a name")?;
        root.copy(&file, &Path::new("/corpus").join(name))?;
    }
    Ok(())
}
