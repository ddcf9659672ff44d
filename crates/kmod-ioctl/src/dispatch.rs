//! The driver's side: from a request number and the bytes of a property list to the subsystem,
//! and back.

use alloc::vec::Vec;

use proplib::message::MessageError;
use proplib::{Array, Dictionary, Object, ReadError, ReadErrorKind, SetError, WriteError};
use veriexec::{Errno, Platform, Veriexec};

use crate::message;
use crate::request::{Access, Request};

/// What a program called ioctl(2) with.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// The request number, of either width.
    pub number: u32,
    /// What the descriptor is open for.
    pub access: Access,
    /// The `pref_len` bytes at `pref_plist`, with or without a NUL at their end; `None` if there
    /// are none to be read.
    pub plist: Option<&'a [u8]>,
}

/// What a request that succeeded gives back.
#[derive(Debug, PartialEq, Eq)]
pub enum Reply {
    /// Nothing.
    Empty,
    /// XML with its NUL, to be mapped into the caller.
    Plist(Vec<u8>),
}

/// Answers a request: veriexec(4).
///
/// What is checked comes in NetBSD's order: the number, the descriptor, the strict level, the
/// property list, and then what is in it. A request that fails has changed nothing.
///
/// LOAD hashes in here if it has to evaluate. A kernel, which holds no lock while it hashes, takes
/// the steps itself: [`admit`], [`read`], [`message::load_request`], [`veriexec::Candidate::new`]
/// and [`Veriexec::add`], and where there is a reply, [`write()`].
///
/// # Errors
/// What [`admit`] and [`read`] say, and then:
/// * LOAD: [`Errno::INVAL`] without a path, and what [`Veriexec::load`] says;
/// * DELETE: [`Errno::INVAL`] without a path, and what [`Veriexec::delete`] says;
/// * QUERY: [`Errno::INVAL`] without a path, and what [`Veriexec::query`] says;
/// * QUERY and DUMP: [`Errno::NOMEM`].
pub fn dispatch(
    veriexec: &mut Veriexec,
    platform: &impl Platform,
    call: Call<'_>,
) -> Result<Reply, Errno> {
    let request = admit(veriexec, platform, call.number, call.access)?;
    match request {
        Request::Load => {
            let message = read(call.plist)?;
            veriexec.load(platform, message::load_request(&message)?)?;
        }
        Request::Delete => {
            let message = read(call.plist)?;
            veriexec.delete(platform, message::file_of(&message)?)?;
        }
        Request::Query => {
            let message = read(call.plist)?;
            let view = veriexec.query(platform, message::file_of(&message)?)?;
            let entry = message::entry(&view, view.kept_name()).map_err(errno)?;
            return Ok(Reply::Plist(write(&entry.into())?));
        }
        Request::Dump => {
            let mut entries = Array::new();
            for (name, view) in veriexec.dump() {
                entries.push(message::entry(&view, Some(name)).map_err(errno)?)?;
            }
            return Ok(Reply::Plist(write(&entries.into())?));
        }
        Request::Flush => veriexec.flush(platform)?,
        Request::TableSize => {}
    }
    Ok(Reply::Empty)
}

/// Whether the caller may make the request at all: what a driver checks before it copies in the
/// property list.
///
/// # Errors
/// [`Errno::NODEV`] if the number is no request's; [`Errno::PERM`] if the descriptor is not open
/// for it, or if it changes the tables and the strict level is above 0.
pub fn admit(
    veriexec: &Veriexec,
    platform: &impl Platform,
    number: u32,
    access: Access,
) -> Result<Request, Errno> {
    let (request, _) = Request::from_number(number).ok_or(Errno::NODEV)?;
    if !access.covers(request.access()) {
        return Err(Errno::PERM);
    }
    if request.modifies() {
        veriexec.modify_check(platform)?;
    }
    Ok(request)
}

/// The dictionary in what a program sent.
///
/// # Errors
/// [`Errno::FAULT`] if there is nothing; [`Errno::BIG`] from
/// [`REQUEST_LIMIT`](crate::REQUEST_LIMIT) bytes on;
/// [`Errno::IO`] if it is no dictionary; [`Errno::NOMEM`].
pub fn read(plist: Option<&[u8]>) -> Result<Dictionary, Errno> {
    let bytes = plist.ok_or(Errno::FAULT)?;
    Dictionary::internalize_request(bytes).map_err(|error| match error {
        MessageError::TooLong { .. } => Errno::BIG,
        MessageError::Text(ReadError { kind: ReadErrorKind::NoMemory(_), .. }) => Errno::NOMEM,
        MessageError::Text(_) | MessageError::Empty => Errno::IO,
    })
}

/// The text of a reply: XML with its NUL.
///
/// # Errors
/// [`Errno::NOMEM`]; [`Errno::IO`] if it cannot be written as XML, which no reply of the driver's
/// is.
pub fn write(reply: &Object) -> Result<Vec<u8>, Errno> {
    reply.externalize_message().map_err(|error| match error {
        WriteError::NoMemory(_) => Errno::NOMEM,
        _ => Errno::IO,
    })
}

/// A dictionary of ours has no bad keys and no NUL in its strings; what is left is memory.
fn errno(_: SetError) -> Errno {
    Errno::NOMEM
}
