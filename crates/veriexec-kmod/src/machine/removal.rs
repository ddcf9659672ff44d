//! delete_module(2), and what its errors mean.

use std::ffi::CString;

use anyhow::{Result, anyhow};
use nix::errno::Errno;
use nix::kmod::{DeleteModuleFlags, delete_module};

use crate::machine::module_state::NAME;

/// Removes the module, if nothing uses it.
pub(crate) fn remove() -> Result<()> {
    delete_module(&CString::new(NAME)?, DeleteModuleFlags::O_NONBLOCK)
        .map_err(|errno| anyhow!("cannot unload the module: {}", reason(errno)))
}

fn reason(errno: Errno) -> String {
    match errno {
        Errno::EWOULDBLOCK => {
            "in use; a program has /dev/veriexec open, or the strict level is above 0".into()
        }
        Errno::EPERM => "not permitted; only the superuser may, and not after \
                         kernel.modules_disabled was set"
            .into(),
        Errno::ENOENT => "it is not loaded".into(),
        errno => errno.desc().into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_says_what_to_do() {
        assert!(reason(Errno::EAGAIN).contains("/dev/veriexec"));
        assert!(reason(Errno::EPERM).contains("superuser"));
        assert_eq!(reason(Errno::EBUSY), Errno::EBUSY.desc());
    }
}
