//! Where what was fetched and built is kept.

use std::fs::{self, File};
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

    /// A directory, made by `fill` if it is not there; half made ones are not kept. Of several
    /// who want it at the same time one makes it, and the others wait.
    pub(crate) fn directory(
        &self,
        name: &str,
        fill: impl FnOnce(&Path) -> Result<()>,
    ) -> Result<PathBuf> {
        let place = self.at(name);
        if place.exists() {
            return Ok(place);
        }
        let lock = File::create(self.at(&format!("{name}.lock")))?;
        lock.lock().with_context(|| format!("cannot lock {name} in the cache"))?;
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

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;

    use super::*;

    #[test]
    fn a_directory_is_made_once_and_never_half() {
        let place = tempfile::tempdir().unwrap();
        let cache = Cache { place: place.path().to_owned() };
        assert!(cache.directory("one", |_| anyhow::bail!("no")).is_err());
        let made = AtomicUsize::new(0);
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let fill = |making: &Path| {
                        made.fetch_add(1, Ordering::Relaxed);
                        fs::write(making.join("file"), "whole").map_err(Into::into)
                    };
                    let directory = cache.directory("one", fill).unwrap();
                    assert_eq!(fs::read(directory.join("file")).unwrap(), b"whole");
                });
            }
        });
        assert_eq!(made.into_inner(), 1);
    }
}
