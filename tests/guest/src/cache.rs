//! Where what was fetched and built is kept.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// A directory that can be deleted at any time.
#[derive(Debug)]
pub(crate) struct Cache {
    place: PathBuf,
}

impl Cache {
    /// The directory that `VERIEXEC_CACHE` names, or that of the repository.
    pub(crate) fn open() -> Result<Self> {
        let place = std::env::var_os("VERIEXEC_CACHE")
            .map_or_else(|| repository().join(".cache/guest"), PathBuf::from);
        fs::create_dir_all(&place).with_context(|| place.display().to_string())?;
        let place = fs::canonicalize(&place)?;
        Ok(Self { place })
    }

    /// A place in it.
    pub(crate) fn at(&self, name: &str) -> PathBuf {
        self.place.join(name)
    }

    /// A directory, made by `fill` if it is not there; half made ones are not kept.
    pub(crate) fn directory(
        &self,
        name: &str,
        fill: impl FnOnce(&Path) -> Result<()>,
    ) -> Result<PathBuf> {
        let place = self.at(name);
        if !place.exists() {
            let making = tempfile::tempdir_in(&self.place)?;
            let made = making.path().join("made");
            fs::create_dir(&made)?;
            fill(&made)?;
            fs::rename(&made, &place)?;
        }
        Ok(place)
    }

    /// A directory with nothing in it.
    pub(crate) fn empty_directory(&self, name: &str) -> Result<PathBuf> {
        let place = self.at(name);
        if place.exists() {
            fs::remove_dir_all(&place)?;
        }
        fs::create_dir_all(&place)?;
        Ok(place)
    }
}

/// The root of the repository.
pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}
