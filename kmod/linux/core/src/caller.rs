//! A program that makes a request: what it sent, and where its reply goes.
#![expect(unsafe_code, reason = "the boundary to C")]

use alloc::vec::Vec;

use kmod_ioctl::{Access, REQUEST_LIMIT, Width};
use proplib::fallible;
use veriexec::{Errno, FileId, Located};

use crate::kernel::whole;
use crate::shim::{self, RawCaller, RawLocated};

/// An ioctl(2) in progress.
pub(crate) struct Caller<'a> {
    raw: &'a RawCaller,
    /// What its descriptor is open for.
    pub(crate) access: Access,
    /// Of which width its pointers are.
    pub(crate) width: Width,
}

impl<'a> Caller<'a> {
    pub(crate) fn new(raw: &'a RawCaller, access: Access, width: Width) -> Self {
        Self { raw, access, width }
    }

    /// The text that came with the request.
    ///
    /// # Errors
    /// [`Errno::FAULT`] if it is not the caller's memory; [`Errno::BIG`] from [`REQUEST_LIMIT`]
    /// bytes on; [`Errno::NOMEM`].
    pub(crate) fn plist(&self) -> Result<Vec<u8>, Errno> {
        let (mut from, mut len) = (0, 0);
        // SAFETY: the caller is the shim's own, and both places are ours.
        shim::result(unsafe { shim::veriexec_shim_plistref(self.raw, &mut from, &mut len) })?;
        let len = usize::try_from(len).unwrap_or(usize::MAX);
        if len >= REQUEST_LIMIT {
            return Err(Errno::BIG);
        }
        let mut text = Vec::new();
        fallible::reserve_exact(&mut text, len)?;
        for _ in 0..len {
            fallible::push(&mut text, 0)?;
        }
        // SAFETY: the text has that many bytes, which are ours alone; the shim checks whose memory
        // it copies from.
        shim::result(unsafe {
            shim::veriexec_shim_copy_in(self.raw, from, text.as_mut_ptr(), text.len())
        })?;
        Ok(text)
    }

    /// Takes down that the file system of what the path leads to gets a table, and keeps it from
    /// going until the request is done: which file it is, and whether it can change without this
    /// kernel's knowledge.
    ///
    /// # Errors
    /// What path resolution says, and [`Errno::NOMEM`].
    pub(crate) fn pin(&self, path: &[u8]) -> Result<(FileId, bool), Errno> {
        let path = whole(path)?;
        let mut located = RawLocated::default();
        let mut is_remote = false;
        // SAFETY: the caller is the shim's own, the path has that many bytes, and both places are
        // ours.
        shim::result(unsafe {
            let (path, len) = (path.as_ptr(), path.len());
            shim::veriexec_shim_pin(self.raw, path, len, &mut located, &mut is_remote)
        })?;
        Ok((Located::from(located).id, is_remote))
    }

    /// Maps the reply into the caller.
    ///
    /// # Errors
    /// [`Errno::FAULT`] and [`Errno::NOMEM`]; nothing is mapped then.
    pub(crate) fn reply(&self, text: &[u8]) -> Result<(), Errno> {
        // SAFETY: the text has that many bytes, and the shim only reads them.
        shim::result(unsafe { shim::veriexec_shim_reply(self.raw, text.as_ptr(), text.len()) })
    }
}
