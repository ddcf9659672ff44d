//! A file that nobody can write to while we look at it.
#![expect(unsafe_code, reason = "the boundary to C")]

use core::ffi::c_int;
use core::ptr;

use fingerprint::{Algorithm, Digest};
use veriexec::{Errno, Located};

use crate::shim::{self, RawLocated, RawPath, RawReading};

/// An open file with its writers kept out, until it is dropped.
pub(crate) struct OpenFile {
    file: *mut RawReading,
    located: Located,
}

impl OpenFile {
    /// Opens what the path leads to.
    ///
    /// # Errors
    /// What opening says; [`Errno::TXTBSY`] if somebody has it open for write.
    pub(crate) fn open(path: &[u8]) -> Result<Self, Errno> {
        let mut file = ptr::null_mut();
        let mut located = RawLocated::default();
        // SAFETY: the path has that many bytes, and both places are ours.
        shim::result(unsafe {
            shim::veriexec_shim_open(path.as_ptr(), path.len(), &mut file, &mut located)
        })?;
        Ok(Self { file, located: located.into() })
    }

    /// Opens what is there, for one who counts as so many writers of it already, or for nobody.
    ///
    /// # Errors
    /// What opening says; [`Errno::TXTBSY`] if somebody else has it open for write.
    pub(crate) fn reopen(path: &RawPath, writers: Option<u32>) -> Result<Self, Errno> {
        let mut file = ptr::null_mut();
        let mut located = RawLocated::default();
        let writers = writers.map_or(-1, |writers| c_int::try_from(writers).unwrap_or(0));
        // SAFETY: the path is the shim's own, and both places are ours.
        shim::result(unsafe {
            shim::veriexec_shim_reopen(path, writers, &mut file, &mut located)
        })?;
        Ok(Self { file, located: located.into() })
    }

    /// Which file it is.
    pub(crate) fn located(&self) -> Located {
        self.located
    }

    /// The digest of its contents.
    ///
    /// # Errors
    /// What reading says, and [`Errno::OPNOTSUPP`] if the kernel has no such algorithm.
    pub(crate) fn digest(&self, algorithm: Algorithm) -> Result<Digest, Errno> {
        let mut bytes = [0; Algorithm::MAX_DIGEST_LEN];
        let digest = bytes.get_mut(..algorithm.digest_len()).ok_or(Errno::INVAL)?;
        // SAFETY: the file is open, the name ends in a NUL, and the digest has that many bytes.
        shim::result(unsafe {
            let name = shim::name(algorithm);
            shim::veriexec_shim_hash(self.file, name, digest.as_mut_ptr(), digest.len())
        })?;
        Digest::new(algorithm, digest).map_err(|_| Errno::INVAL)
    }
}

impl Drop for OpenFile {
    fn drop(&mut self) {
        // SAFETY: it was opened by the shim, and nobody has it any more.
        unsafe { shim::veriexec_shim_close(self.file) }
    }
}
