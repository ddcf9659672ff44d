//! What the module costs in a kernel, beside others that keep programs as they are.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use super::{grouped, median, today};
use crate::command::root;
use crate::guest;

/// The scenarios that measure.
const SCENARIOS: [&str; 2] = ["cost", "appraisal"];

/// What is done to a file.
const USES: [&str; 3] = ["exec", "open", "mmap"];

const FILES: [&str; 2] = ["listed", "unlisted"];

/// What is compared with a kernel that has none of it.
const COMPARED: [&str; 6] = ["level-0", "level-1", "level-2", "level-3", "ima", "fapolicyd"];

/// What is not allowed: by whom, with a file that is not listed.
const DENIED: [(&str, &str); 5] = [
    ("level-2", "exec"),
    ("level-2", "mmap"),
    ("level-3", "exec"),
    ("level-3", "open"),
    ("level-3", "mmap"),
];

const METHOD: &str = "\
Kernels of Debian's in guests of one processor, which QEMU emulates: how long something takes there
says nothing of any other processor. So the tables have instructions, as QEMU counts them, of the
kernel, the program and any other that it asks, and the ratio of them to those of the same kernel, in
the same boot, without any of these. They are the same however busy the machine is, but say nothing
of misses in caches, and of barriers: a ratio of times is another one. Each is that of the cheapest
of nine batches, which take turns.

fapolicyd and the module are measured in one boot, with what is there without any, twice. A kernel
that appraises does so until it ends: IMA is measured in another, which measures first what is there
without it.

`exec` is posix_spawn(3) of a static program that ends at once, and waitpid(2); `open` is open(2)
for reading, and close(2); `mmap` is mmap(2) of a page to be executed, and munmap(2). Everything has
been read and evaluated before. The file system is ext4.

* Level 0: the module is there, and nothing is listed.
* Levels 1 to 3: 10,000 files are listed, with SHA-256.
* IMA: `ima_appraise=enforce` with SHA-256 in `security.ima`, and a rule each for BPRM_CHECK,
  MMAP_CHECK and FILE_CHECK, about the files of one user. What is \"unlisted\" belongs to another.
* fapolicyd, Debian's: it trusts the same 10,000 files, with `integrity = sha256`, and allows
  everything else, by three rules. It is not asked about mmap(2).

The module hashes nothing in any of it. An access that passed before on the same processor passes
again without a look at the tables, until somebody changes them. Other checks of a file that has been
evaluated look at the tables beside each other, take no lock that is held while a file is hashed, and
allocate nothing.
";

/// Measures the module beside others in guests, prints the report, and keeps it in
/// `bench/module.md`.
///
/// # Errors
/// When a measurement cannot be made.
pub(crate) fn module() -> Result<()> {
    let place = tempfile::tempdir()?;
    let costs = measure(&place.path().join("costs"))?;
    let report = report(&today()?, &costs)?;
    print!("{report}");
    let file = root().join("bench/module.md");
    fs::write(&file, report).with_context(|| file.display().to_string())
}

/// What the scenarios measure.
fn measure(file: &Path) -> Result<Vec<Cost>> {
    let file_name = file.display().to_string();
    let mut arguments = vec!["--count-instructions", "--jobs=1", "--times", &file_name];
    arguments.extend(SCENARIOS);
    let arguments: Vec<_> = arguments.into_iter().map(str::to_owned).collect();
    guest::boot(&arguments)?;
    let text = fs::read_to_string(file).context(file_name)?;
    text.lines().map(Cost::read).collect()
}

/// A measurement.
#[derive(Debug)]
struct Cost {
    kernel: String,
    /// The size of the module for it, in bytes.
    size: f64,
    boot: String,
    /// What was there: one of [`COMPARED`], or `none`.
    by: String,
    file: String,
    made: String,
    /// The instructions that it took once in the cheapest batch.
    least: f64,
}

impl Cost {
    fn read(line: &str) -> Result<Self> {
        let fields: Vec<_> = line.split(' ').collect();
        let [kernel, size, boot, by, file, made, least] = fields[..] else {
            anyhow::bail!("{line:?} is no measurement");
        };
        Ok(Self {
            kernel: kernel.to_owned(),
            size: size.parse()?,
            boot: boot.to_owned(),
            by: by.to_owned(),
            file: file.to_owned(),
            made: made.to_owned(),
            least: least.parse()?,
        })
    }
}

fn report(today: &str, costs: &[Cost]) -> Result<String> {
    let mut out = String::new();
    writeln!(out, "# What the module costs\n")?;
    writeln!(out, "Written by `cargo xtask bench module` on {today}.\n\n{METHOD}")?;
    let kernels: BTreeSet<_> = costs.iter().map(|cost| &cost.kernel).collect();
    ensure!(!kernels.is_empty(), "nothing was measured");
    for kernel in kernels {
        let costs: Vec<_> = costs.iter().filter(|cost| cost.kernel == *kernel).collect();
        let size = costs.first().context("no cost")?.size;
        writeln!(out, "## Linux {kernel}\n\nThe module has {} bytes.\n", grouped(size))?;
        table(&mut out, &costs)?;
    }
    Ok(out.trim_end().to_owned() + "\n")
}

fn table(out: &mut String, costs: &[&Cost]) -> Result<()> {
    let columns = "level 0 | level 1 | level 2 | level 3 | IMA | fapolicyd";
    writeln!(out, "| | file | instructions | {columns} |")?;
    writeln!(out, "|---|---|--:|{}", "--:|".repeat(COMPARED.len()))?;
    for made in USES {
        for file in FILES {
            let alone = median(of(costs, made, file, "none").map(|cost| cost.least).collect())?;
            write!(out, "| {made} | {file} | {} |", grouped(alone))?;
            for by in COMPARED {
                if file == "unlisted" && DENIED.contains(&(by, made)) {
                    write!(out, " denied |")?;
                } else {
                    write!(out, " {:.2} |", ratio(costs, made, file, by)?)?;
                }
            }
            writeln!(out)?;
        }
    }
    Ok(writeln!(out)?)
}

/// The median of the ratios to the same kernel's costs without it, in each boot that has both.
fn ratio(costs: &[&Cost], made: &str, file: &str, by: &str) -> Result<f64> {
    let boots: BTreeSet<_> = of(costs, made, file, by).map(|cost| &cost.boot).collect();
    let least = |by, boot: &String| {
        let costs = of(costs, made, file, by).filter(|cost| cost.boot == *boot);
        costs.map(|cost| cost.least).fold(f64::INFINITY, f64::min)
    };
    median(boots.into_iter().map(|boot| least(by, boot) / least("none", boot)).collect())
        .with_context(|| format!("{made} of {file} with {by}"))
}

fn of<'a>(
    costs: &'a [&Cost],
    made: &'a str,
    file: &'a str,
    by: &'a str,
) -> impl Iterator<Item = &'a Cost> {
    let is_it = move |cost: &&Cost| cost.made == made && cost.file == file && cost.by == by;
    costs.iter().copied().filter(is_it)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three boots, in which everything takes longer than in the one before.
    fn measured(left_out: &str) -> Vec<Cost> {
        let mut times = Vec::new();
        for (boot, slowness) in [(1, 1), (2, 2), (3, 4)] {
            for (by, cost) in
                [("none", 100), ("none", 101), ("level-0", 105), ("level-1", 110), ("ima", 120)]
                    .into_iter()
                    .chain([("level-2", 112), ("level-3", 115), ("fapolicyd", 4000 + boot)])
                    .filter(|(by, _)| *by != left_out)
            {
                for file in FILES {
                    for made in USES {
                        let fastest = cost * slowness * 100;
                        let line = format!("6.1 1234 {boot} {by} {file} {made} {fastest}");
                        times.push(Cost::read(&line).unwrap());
                    }
                }
            }
        }
        times
    }

    #[test]
    fn a_report_has_the_median_of_the_ratios_of_each_boot() {
        let times = measured("");
        let report = report("a day", &times).unwrap();
        for row in [
            "The module has 1,234 bytes.",
            "| exec | listed | 20,200 | 1.05 | 1.10 | 1.12 | 1.15 | 1.20 | 40.02 |",
            "| open | unlisted | 20,200 | 1.05 | 1.10 | 1.12 | denied | 1.20 | 40.02 |",
        ] {
            assert!(report.lines().any(|line| line == row), "{row}\n{report}");
        }
    }

    #[test]
    fn a_report_lacks_nothing() {
        for left_out in ["none", "level-0", "level-3", "ima", "fapolicyd"] {
            assert!(report("", &measured(left_out)).is_err(), "{left_out}");
        }
        assert!(report("", &[]).is_err());
        assert!(Cost::read("6.1 1234 1 none listed exec").is_err());
    }
}
