//! The tools, from Debian's packages, and how each fingerprints a tree.

use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use super::corpus::Tree;
use super::run::{self, Cost};
use super::text;
use crate::command::{cargo, command, run as run_command};

/// The packages, of Debian, of what is measured.
const PACKAGES: [&str; 7] =
    ["aide", "coreutils", "fsverity", "hashdeep", "mtree-netbsd", "openssl", "rhash"];

/// A tool.
#[derive(Debug)]
pub(crate) struct Peer {
    pub(crate) name: &'static str,
    /// What it says of a file, where that is not its SHA-256.
    pub(crate) other_digest: Option<&'static str>,
    /// The tree is `$DIR`, a directory for it alone `$SCRATCH`, `$JOBS` the number of processors.
    script: &'static str,
}

/// Ours first.
pub(crate) const ALL: &[Peer] = &[
    // Its status is 2 where a symbolic link leads nowhere; most others do not look at links.
    Peer::of(
        "veriexecgen",
        r#""$VERIEXECGEN" -a -r -W -d "$DIR" -o "$SCRATCH/list" || [ $? -eq 2 ]"#,
    ),
    Peer::of(
        "openssl dgst, xargs",
        r#"find "$DIR" -type f -print0 | xargs -0 -P"$JOBS" -n64 openssl dgst -sha256"#,
    ),
    // Its status is 1 where a symbolic link leads nowhere.
    Peer::of("rhash", r#"rhash --sha256 -r "$DIR" || [ $? -eq 1 ]"#),
    Peer::of(
        "sha256sum, xargs",
        r#"find "$DIR" -type f -print0 | xargs -0 -P"$JOBS" -n64 sha256sum"#,
    ),
    Peer::of("hashdeep", r#"hashdeep -c sha256 -r -j "$JOBS" "$DIR""#),
    Peer::of("mtree", r#"mtree -c -K sha256 -p "$DIR""#),
    Peer::of(
        "aide",
        r#"printf 'database_out=file:%s/db\n%s sha256\n' "$SCRATCH" "$DIR" >"$SCRATCH/conf"
           aide --init --config="$SCRATCH/conf""#,
    ),
    Peer {
        other_digest: Some("a Merkle tree of SHA-256"),
        ..Peer::of(
            "fsverity, xargs",
            r#"find "$DIR" -type f -print0 | xargs -0 -P"$JOBS" -n64 fsverity digest --hash-alg=sha256"#,
        )
    },
    Peer {
        other_digest: Some("BLAKE3"),
        ..Peer::of("b3sum, xargs", r#"find "$DIR" -type f -print0 | xargs -0 -n4096 "$B3SUM""#)
    },
];

/// Where tools are, and what they may use.
#[derive(Debug)]
pub(crate) struct Surroundings {
    pub(crate) veriexecgen: PathBuf,
    pub(crate) b3sum: PathBuf,
    pub(crate) scratch: PathBuf,
    pub(crate) jobs: NonZero<usize>,
}

impl Peer {
    const fn of(name: &'static str, script: &'static str) -> Self {
        Self { name, other_digest: None, script }
    }

    /// Fingerprints a tree.
    pub(crate) fn run(&self, tree: &Tree, surroundings: &Surroundings) -> Result<Cost> {
        let mut shell = Command::new("sh");
        shell.args(["-c", self.script]);
        shell.env("DIR", &tree.path).env("SCRATCH", &surroundings.scratch);
        shell.env("VERIEXECGEN", &surroundings.veriexecgen).env("B3SUM", &surroundings.b3sum);
        shell.env("JOBS", surroundings.jobs.to_string());
        run::cost(self.name, shell)
    }
}

/// Installs the packages that are missing.
pub(crate) fn install() -> Result<()> {
    let is_there = |package: &&&str| {
        let mut query = command("dpkg-query");
        let output = query.args(["-W", "-f", "${Status}", package]).output();
        output.is_ok_and(|output| output.stdout.ends_with(b"install ok installed"))
    };
    let missing: Vec<_> = PACKAGES.iter().filter(|package| !is_there(package)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let mut apt = command("apt-get");
    apt.args(["install", "-y", "-qq", "--no-install-recommends"]).args(missing);
    run_command(apt.env("DEBIAN_FRONTEND", "noninteractive"))
}

/// Builds b3sum from its crate, and says where it is.
pub(crate) fn b3sum(place: &Path) -> Result<PathBuf> {
    let root = place.join("b3sum");
    let program = root.join("bin/b3sum");
    if !program.exists() {
        let mut install = command(cargo());
        run_command(install.args(["install", "--quiet", "b3sum", "--root", text(&root)?]))?;
    }
    Ok(program)
}
