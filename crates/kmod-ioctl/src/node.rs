//! The device node: ioctl(2), and the replies that the driver maps.

use core::ffi::c_void;
use core::ptr::{self, NonNull};
use std::fs::{File, OpenOptions};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::Path;

use crate::plistref::PlistRef;
use crate::request::{Access, Request, Width};

/// An open device node.
#[derive(Debug)]
pub(crate) struct Node {
    file: File,
}

impl Node {
    /// Opens the node; it must be a character device.
    pub(crate) fn open(path: &Path, access: Access) -> io::Result<Self> {
        let file = OpenOptions::new()
            .read(access.read)
            .write(access.write)
            // A FIFO of that name must not make us wait for its other end.
            .custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY)
            .open(path)?;
        // Other kinds of files have requests of their own in group 'X'.
        if !file.metadata()?.file_type().is_char_device() {
            return Err(io::Error::from_raw_os_error(libc::ENOTTY));
        }
        Ok(Self { file })
    }

    /// Sends a request with its property list, NUL-terminated, and returns the reply's text
    /// without the NUL if the request has a reply.
    pub(crate) fn exchange(
        &self,
        request: Request,
        plist: Option<&[u8]>,
    ) -> io::Result<Option<Vec<u8>>> {
        let sent = plist.unwrap_or_default();
        let mut plistref = match plist {
            // The driver only reads it; the structure has one type for both ways.
            Some(text) => PlistRef { plist: text.as_ptr().cast_mut().cast(), len: text.len() },
            None => PlistRef { plist: ptr::null_mut(), len: 0 },
        };
        self.ioctl(request, &mut plistref)?;
        match request {
            Request::Query | Request::Dump => {
                // A driver of something else may succeed and leave the structure alone. What it
                // points to then is ours, and not to be unmapped.
                if ptr::eq(plistref.plist, sent.as_ptr().cast()) {
                    return Err(io::Error::from_raw_os_error(libc::EIO));
                }
                Reply::adopt(&plistref).map(|reply| Some(reply.text()))
            }
            Request::Load | Request::TableSize | Request::Delete | Request::Flush => Ok(None),
        }
    }

    #[expect(unsafe_code, reason = "ioctl(2) has no safe form")]
    fn ioctl(&self, request: Request, plistref: &mut PlistRef) -> io::Result<()> {
        let number = request.number(Width::NATIVE);
        // SAFETY: the number says how large the structure is and whether it is read or filled;
        // `plistref` has that size and is ours alone for the call. What it points to is either
        // nothing or the whole of a slice that outlives the call and that the driver only reads.
        // The cast is to whatever integer the C library takes: `c_ulong` or `c_int`; the kernel
        // looks at the low 32 bits.
        let status = unsafe {
            libc::ioctl(self.file.as_raw_fd(), number as _, ptr::from_mut::<PlistRef>(plistref))
        };
        if status == -1 { Err(io::Error::last_os_error()) } else { Ok(()) }
    }
}

/// A reply that the driver mapped into this process; unmapped when dropped.
struct Reply {
    start: NonNull<c_void>,
    /// In bytes; never 0.
    len: usize,
}

impl Reply {
    /// Takes over what a successful request left; `EIO` if that is nothing, as proplib(3) has it.
    fn adopt(plistref: &PlistRef) -> io::Result<Self> {
        match NonNull::new(plistref.plist) {
            Some(start) if plistref.len > 0 => Ok(Self { start, len: plistref.len }),
            _ => Err(io::Error::from_raw_os_error(libc::EIO)),
        }
    }

    /// A copy of the text: up to its first NUL, and never the last byte, which is the place of
    /// the NUL whatever the driver put there.
    #[expect(unsafe_code, reason = "the mapping is known by address and length alone")]
    fn text(&self) -> Vec<u8> {
        // SAFETY: the driver mapped `len` readable bytes at `start` for this process, private to
        // it, and they stay mapped until `self` is dropped; nothing else writes to them.
        let mapped =
            unsafe { core::slice::from_raw_parts(self.start.cast::<u8>().as_ptr(), self.len) };
        let (_, text) = mapped.split_last().unwrap_or((&0, &[]));
        text.split(|&byte| byte == 0).next().unwrap_or_default().to_vec()
    }
}

impl Drop for Reply {
    #[expect(unsafe_code, reason = "munmap(2) has no safe form")]
    fn drop(&mut self) {
        // SAFETY: the mapping was made by the driver for this reply alone, and no reference into
        // it is left: `text` copies. The kernel rounds the length up to whole pages. Failure
        // leaves the memory mapped, which harms nobody.
        unsafe {
            libc::munmap(self.start.as_ptr(), self.len);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    /// Maps a file of these bytes, as a driver maps a reply.
    #[expect(unsafe_code, reason = "the driver's part is played with mmap(2)")]
    fn mapped(bytes: &[u8]) -> (Reply, File) {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        // SAFETY: a new private mapping of a file that no one else has.
        let start = unsafe {
            libc::mmap(
                ptr::null_mut(),
                bytes.len(),
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_PRIVATE,
                file.as_raw_fd(),
                0,
            )
        };
        assert_ne!(start, libc::MAP_FAILED);
        (Reply::adopt(&PlistRef { plist: start, len: bytes.len() }).unwrap(), file)
    }

    #[test]
    fn the_text_ends_at_its_nul_or_at_the_last_byte() {
        assert_eq!(mapped(b"<plist/>\n\0").0.text(), b"<plist/>\n");
        assert_eq!(mapped(b"<plist/>\0junk").0.text(), b"<plist/>");
        assert_eq!(mapped(b"unterminated").0.text(), b"unterminate");
        assert_eq!(mapped(b"\0").0.text(), b"");
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn the_reply_is_unmapped_when_dropped() {
        use std::os::unix::fs::MetadataExt;
        let (reply, file) = mapped(&[b'x'; 10_000]);
        let inode = format!(" {} ", file.metadata().unwrap().ino());
        let is_mapped = || std::fs::read_to_string("/proc/self/maps").unwrap().contains(&inode);
        assert!(is_mapped());
        drop(reply);
        assert!(!is_mapped());
    }

    #[test]
    fn nothing_is_no_reply() {
        let eio = Some(libc::EIO);
        let none = PlistRef { plist: ptr::null_mut(), len: 10 };
        assert_eq!(Reply::adopt(&none).err().and_then(|error| error.raw_os_error()), eio);
        let mut byte = 0_u8;
        let empty = PlistRef { plist: ptr::from_mut(&mut byte).cast(), len: 0 };
        assert_eq!(Reply::adopt(&empty).err().and_then(|error| error.raw_os_error()), eio);
    }

    #[test]
    fn what_is_no_such_device_is_refused() {
        let opened = |path| Node::open(Path::new(path), Access::READ);
        assert_eq!(opened("/").err().and_then(|error| error.raw_os_error()), Some(libc::ENOTTY));
        let null = opened("/dev/null").unwrap();
        for request in Request::ALL {
            let error = null.exchange(request, Some(b"<plist/>\0")).unwrap_err();
            assert_eq!(error.raw_os_error(), Some(libc::ENOTTY), "{request}");
        }
    }
}
