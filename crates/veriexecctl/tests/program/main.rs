//! veriexecctl(8) itself, run on real files and a mock device.

mod answers;
mod driver;
mod files;
mod harness;

use answers::output;
use harness::{elf, machine};
