//! veriexecgen beside other tools that fingerprint trees, and beside what the machine can do.

mod corpus;
mod floor;
mod memory;
mod peer;
mod report;
mod run;

use std::fs;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::thread;

use anyhow::{Context, Result, ensure};
use clap::Args;

use crate::command::{cargo, command, root, run as run_command, target_dir};
use corpus::{Corpus, Tree};
use peer::{Peer, Surroundings};
use run::Cost;

/// A peer that takes as many times as long as the fastest one is left out where files are read
/// from disk: it will not be the fastest there.
const HOPELESS: f64 = 4.0;

/// How to measure.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The corpora; all of them if none is named
    #[arg(long = "corpus", value_enum)]
    corpora: Vec<Corpus>,

    /// How often each tool runs
    #[arg(long, default_value_t = NonZero::new(3).unwrap_or(NonZero::<usize>::MIN))]
    rounds: NonZero<usize>,

    /// Where the corpora are made: some 8 GB
    #[arg(long, value_name = "DIR")]
    place: Option<PathBuf>,
}

/// What was measured of a tree.
struct Measured {
    tree: Tree,
    floor: floor::Floor,
    warm: Vec<(&'static Peer, Cost)>,
    /// None if this user cannot empty the cache.
    cold: Option<Vec<(&'static Peer, Cost)>>,
}

/// Measures, prints the report, keeps it in `bench/fingerprints.md`, and draws the chart beside it.
///
/// # Errors
/// When a measurement cannot be made.
pub(crate) fn measure(options: &Options) -> Result<()> {
    peer::install()?;
    run_command(command(cargo()).args(["build", "--quiet", "--release", "-p", "veriexecgen"]))?;
    let place = options.place.clone().unwrap_or_else(|| target_dir().join("bench"));
    fs::create_dir_all(&place).with_context(|| place.display().to_string())?;
    let b3sum = peer::b3sum(&place)?;
    let scratch = tempfile::tempdir_in(&place)?;
    let surroundings = Surroundings {
        veriexecgen: target_dir().join("release/veriexecgen"),
        b3sum,
        scratch: scratch.path().to_owned(),
        jobs: thread::available_parallelism()?,
    };
    let corpora = if options.corpora.is_empty() { &Corpus::ALL[..] } else { &options.corpora };
    let mut measured = Vec::new();
    for corpus in corpora {
        let tree = corpus.make(&place)?;
        measured.push(measure_tree(tree, options.rounds, &surroundings)?);
    }
    let growth = memory::measure(&place, &surroundings)?;
    let engines = engines()?;
    let report = report::write(&measured, &growth, &engines)?;
    print!("{report}");
    let file = root().join("bench/fingerprints.md");
    fs::write(&file, report).with_context(|| file.display().to_string())?;
    super::chart()
}

fn measure_tree(
    tree: Tree,
    rounds: NonZero<usize>,
    surroundings: &Surroundings,
) -> Result<Measured> {
    let floor = floor::of(&tree, rounds)?;
    let peers: Vec<&Peer> = peer::ALL.iter().collect();
    let warm = in_turn(&peers, &tree, rounds, surroundings, || floor::fill_cache(&tree))?;
    let fastest = warm.iter().map(|(_, cost)| cost.wall).fold(f64::INFINITY, f64::min);
    let hopeful =
        |(peer, cost): &(&'static Peer, Cost)| (cost.wall <= HOPELESS * fastest).then_some(*peer);
    let hopeful: Vec<_> = warm.iter().filter_map(hopeful).collect();
    let cold = run::can_empty_cache()
        .then(|| in_turn(&hopeful, &tree, rounds, surroundings, run::empty_cache));
    Ok(Measured { tree, floor, warm, cold: cold.transpose()? })
}

/// Runs each peer as often, one after the other, so that a busy time of the machine hits all; of
/// each, the median of its times counts.
fn in_turn(
    peers: &[&'static Peer],
    tree: &Tree,
    rounds: NonZero<usize>,
    surroundings: &Surroundings,
    before: impl Fn() -> Result<()>,
) -> Result<Vec<(&'static Peer, Cost)>> {
    let mut costs = vec![Vec::new(); peers.len()];
    for _ in 0..rounds.get() {
        for (peer, costs) in peers.iter().zip(&mut costs) {
            before()?;
            costs.push(peer.run(tree, surroundings)?);
        }
    }
    let medians = peers.iter().zip(costs);
    medians.map(|(peer, costs)| Ok((*peer, Cost::median(&costs)?))).collect()
}

/// What the engines of this machine do in memory, as text.
fn engines() -> Result<String> {
    let mut example = command(cargo());
    example.args(["run", "--quiet", "--release", "-p", "fingerprint", "--example", "engines"]);
    let output = example.output().context("cannot run the engines")?;
    ensure!(output.status.success(), "the engines ended with {}", output.status);
    Ok(String::from_utf8(output.stdout)?)
}

/// A path as text, for the shell's variables and for reports.
fn text(path: &Path) -> Result<&str> {
    path.to_str().with_context(|| format!("{} is not UTF-8", path.display()))
}
