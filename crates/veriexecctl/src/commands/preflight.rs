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
use sigfile::printable;

use crate::answer::complain;
use crate::answer::complaints::Complaints;
use crate::answer::counted::Counted;
use crate::answer::json::Print;
use crate::answer::to_standard_output;
use crate::bytes;
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
    // Who lets them be knows of them, or hears of them when the list is loaded.
    let mut complaints = match args.allow_errors {
        true => Complaints::of_what_is_known(),
        false => Complaints::default(),
    };
    let tree = Tree::new(args.root.as_deref())?;
    let listing = Listing::read(&args.signatures, &tree, &mut complaints)?;
    let lists_nothing = listing.is_empty() && complaints.count() == 0;
    if lists_nothing {
        complaints = Complaints::default();
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
    if args.allow_errors && !lists_nothing && bad > 0 {
        let name = printable(bytes(&args.signatures));
        let judged =
            if listing.is_empty() { "has no good line" } else { "judged by its good lines" };
        complain(format_args!("{name}: {judged}; {}, which lint names", Counted(bad, "error")));
    }
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
