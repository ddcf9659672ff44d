//! Kernels with their headers: Debian's for virtual machines, and one that checks itself.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::ValueEnum;

use crate::materials::cache::Cache;
use crate::materials::tools::Tools;
use crate::materials::{checked, packages};

/// A series of kernels that Debian maintains.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Series {
    /// Debian 12's own.
    #[value(name = "6.1")]
    V6_1,
    /// Debian 13's, which Debian 12 has too.
    #[value(name = "6.12")]
    V6_12,
    /// Debian's linux-source-6.12, fetched, unpacked into the cache (2 GiB) and built there with
    /// KASAN, lockdep, kmemleak and the like. A scenario takes up to ten times as long
    Checked,
}

impl Series {
    /// Every series that is tried unless another is asked for.
    pub(crate) const ALL: [Self; 2] = [Self::V6_1, Self::V6_12];

    fn name(self) -> &'static str {
        match self {
            Self::V6_1 => "6.1",
            Self::V6_12 => "6.12",
            Self::Checked => "checked",
        }
    }

    /// How many times as long as with others a scenario may take.
    pub(crate) fn slowness(self) -> u64 {
        if self == Self::Checked { 10 } else { 1 }
    }

    /// How much memory it needs, in MiB.
    pub(crate) fn memory(self) -> u32 {
        if self == Self::Checked { 2048 } else { 512 }
    }
}

impl fmt::Display for Series {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(self.name())
    }
}

/// A kernel with its headers.
#[derive(Debug)]
pub(crate) struct Kernel {
    pub(crate) series: Series,
    /// What `uname -r` says.
    pub(crate) release: String,
    /// What an emulator boots.
    pub(crate) image: PathBuf,
    /// What modules are built with.
    pub(crate) headers: PathBuf,
    /// Its own modules.
    modules: PathBuf,
}

impl Kernel {
    /// Unpacks the newest kernel of the series, or builds it, unless the cache has one.
    pub(crate) fn fetch(cache: &Cache, tools: &Tools, series: Series) -> Result<Self> {
        let name = format!("linux-{series}");
        let place = cache.at(&name);
        if series == Series::Checked && is_outdated(&place) {
            fs::remove_dir_all(&place)?;
        }
        cache.directory(&name, |making| match series {
            Series::V6_1 => fill("linux-headers-cloud-amd64", making, &place),
            Series::V6_12 => fill("linux-headers-6.12-cloud-amd64", making, &place),
            Series::Checked => checked::build(cache, tools, making),
        })?;
        let release = fs::read_to_string(place.join("release"))?;
        Ok(Self {
            series,
            image: place.join(format!("boot/vmlinuz-{release}")),
            headers: place.join(format!("usr/src/linux-headers-{release}")),
            modules: place.join(format!("lib/modules/{release}/kernel")),
            release,
        })
    }

    /// The file of a module, `crypto/rmd160` for example, unless the kernel itself has it.
    pub(crate) fn module(&self, name: &str) -> Option<PathBuf> {
        let files = ["ko", "ko.xz"].map(|suffix| self.modules.join(format!("{name}.{suffix}")));
        files.into_iter().find(|file| file.exists())
    }
}

/// Whether there is one that was configured otherwise.
fn is_outdated(place: &Path) -> bool {
    let configured = fs::read_to_string(place.join("fragment"));
    place.exists() && configured.ok().as_deref() != Some(checked::CONFIG)
}

/// Unpacks a kernel into a directory that will be moved to its place: the one whose headers a
/// package of headers depends on.
fn fill(newest_headers: &str, making: &Path, place: &Path) -> Result<()> {
    let depended_on = packages::dependencies(newest_headers, &["linux-headers-"])?;
    let headers = depended_on.first().context("Debian has no such kernel")?.clone();
    let release = headers.strip_prefix("linux-headers-").context("no headers")?;
    let mut wanted = packages::dependencies(&headers, &["linux-headers-", "linux-kbuild-"])?;
    wanted.push(headers.clone());
    let unsigned = format!("linux-image-{release}-unsigned");
    wanted.push(if packages::exists(&unsigned)? {
        unsigned
    } else {
        format!("linux-image-{release}")
    });
    packages::unpack(&wanted, making)?;
    point_home(&making.join("usr/src").join(&headers).join("Makefile"), place)?;
    fs::write(making.join("release"), release)?;
    Ok(())
}

/// The headers' Makefile includes another by its absolute path, where the package would be
/// installed.
fn point_home(makefile: &Path, place: &Path) -> Result<()> {
    let text = fs::read_to_string(makefile).with_context(|| makefile.display().to_string())?;
    let home = format!("include {}/usr/src/", place.display());
    fs::write(makefile, text.replace("include /usr/src/", &home))?;
    Ok(())
}
