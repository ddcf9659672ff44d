//! What scenarios are made of: what is fetched as Debian's packages, and what is built of it and of
//! our own sources.

pub(crate) mod cache;
mod checked;
pub(crate) mod compiler;
mod dkms;
pub(crate) mod kernel;
pub(crate) mod module;
pub(crate) mod packages;
pub(crate) mod program;
pub(crate) mod tools;

use std::path::Path;
use std::sync::Mutex;

use self::cache::Cache;
use self::kernel::Kernel;
use self::module::Module;
use self::tools::Tools;

/// What scenarios are made of.
pub(crate) struct Materials<'a> {
    pub(crate) cache: &'a Cache,
    pub(crate) tools: &'a Tools,
    pub(crate) kernel: &'a Kernel,
    pub(crate) module: &'a Module,
    /// The module with faults, if a scenario needs it.
    pub(crate) faulty: Option<&'a Module>,
    /// Where our programs are.
    pub(crate) programs: &'a Path,
    /// How long the soak lasts.
    pub(crate) minutes: u64,
    /// What the chances of the fuzzer begin with.
    pub(crate) seed: u64,
    /// The kinds of operations that it leaves out.
    pub(crate) left_out: &'a str,
    /// Held while a root and disks are made: out of the cache, in which nothing is made twice.
    pub(crate) preparing: Mutex<()>,
    /// Whether clocks count instructions.
    pub(crate) count_instructions: bool,
}
