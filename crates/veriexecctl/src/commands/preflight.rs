//! `preflight`: what a strict level would deny on this machine now.

mod advice;
mod demand;
mod judgement;
mod modules;
mod report;
mod running;
mod system;

use std::io::{self, BufWriter};

use anyhow::Result;
use fingerprint::Batch;

use crate::answer::complaints::Complaints;
use crate::answer::json::Print;
use crate::answer::to_standard_output;
use crate::cli::{Cli, PreflightArgs};
use crate::device::witness::Witness;
use crate::exit::Exit;
use crate::list::listing::Listing;
use crate::list::signatures;
use crate::machine::libraries::Libraries;
use crate::machine::tree::Tree;

use demand::Demands;
use judgement::Reading;
use report::Report;
use running::Replaced;

/// Says what would be denied; the status says whether something vital would be.
pub(crate) fn run(cli: &Cli, args: &PreflightArgs) -> Result<Exit> {
    let mut complaints = Complaints::default();
    let tree = Tree::new(args.root.as_deref())?;
    let listing = Listing::read(&args.signatures, &tree, &mut complaints)?;
    if listing.is_empty() {
        signatures::complain_of_nothing(&args.signatures, &mut complaints);
    }
    let libraries = Libraries::new(&tree);
    let mut demands = Demands::new(&tree, &libraries);
    let mut skipped = Vec::new();
    system::vital(&tree, listing.missing(), &mut demands, &mut skipped);
    let replaced = if args.root.is_some() {
        skipped.push("running programs: they do not run below another root".to_owned());
        Replaced::new()
    } else {
        running::add(&mut demands, &mut skipped)
    };
    system::programs(&tree, args.root.is_none(), &mut demands);
    modules::doubt(&tree, args.level, &mut skipped);

    let batch = Batch::new(fingerprint::Algorithm::Sha256, None)?;
    let mut witness = Witness::new(cli);
    let reading = Reading { batch: &batch, witness: &mut witness, show_progress: !cli.json };
    let findings = judgement::judge(&demands, &listing, args.level, reading);
    let bad = complaints.finish();
    let signatures = &args.signatures;
    let report = Report { level: args.level, signatures, findings, replaced, skipped };
    if cli.json {
        report.json().with("errors", bad).print()?;
    } else {
        let out = BufWriter::new(io::stdout().lock());
        to_standard_output(report.print(out, cli.verbose))?;
    }
    let is_list = bad == 0 || (args.allow_errors && !listing.is_empty());
    let good = is_list && report.is_good(args.strict_running);
    Ok(if good { Exit::Done } else { Exit::Failed })
}
