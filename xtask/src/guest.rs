//! The module in kernels that are booted for it.

use anyhow::Result;

use crate::command::{cargo, command, run};
use crate::{dist, kmod};

/// Boots kernels, and tries the module in them.
///
/// # Errors
/// When a scenario fails.
pub(crate) fn boot(arguments: &[String]) -> Result<()> {
    let is_checked = arguments.iter().any(|argument| argument.ends_with("checked"));
    let object = if is_checked { kmod::checked_object()? } else { kmod::object()? };
    let programs = kmod::programs()?;
    let mut guest = command(cargo());
    guest.args(["run", "--quiet", "-p", "guest", "--", "--object"]).arg(object);
    guest.arg("--programs").arg(programs).args(arguments);
    if !arguments.iter().any(|argument| argument == "--dkms") {
        return run(&mut guest);
    }
    let tree = tempfile::tempdir()?;
    dist::lay_out(tree.path())?;
    run(guest.arg("--tree").arg(tree.path()))
}
