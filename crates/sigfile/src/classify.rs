//! How a file is used, told from its first bytes.
//!
//! NetBSD's veriexecgen(8) goes by the mode alone, which leaves shared libraries out or lists every
//! file for everything.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::os::unix::fs::FileExt;

use object::Endianness;
use object::elf::{self, FileHeader32, FileHeader64};
use object::pod;
use object::read::elf::{Dyn, FileHeader, ProgramHeader};

use crate::EntryType;

/// What a file is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Classification {
    /// The accesses to list it for.
    pub entry_type: EntryType,
    /// The program that runs it, if it is executable and its first line is `#!` and an absolute
    /// path: that program's entry needs [`EntryType::INDIRECT`].
    pub interpreter: Option<Vec<u8>>,
}

impl Classification {
    fn of(entry_type: EntryType) -> Self {
        Self { entry_type, interpreter: None }
    }
}

/// How much of a file's beginning is read: an ELF header, or a `#!` line.
const BEGINNING: usize = 1024;
/// The longest table that is read from an ELF file, in bytes. None that a linker makes comes near.
const LONGEST_TABLE: u64 = 1 << 20;

/// Tells how a regular file is used. `executable` says whether anyone may execute it.
///
/// | file | if executable | if not |
/// |---|---|---|
/// | ELF program | direct | file |
/// | ELF shared library | indirect, file | indirect, file |
/// | ELF shared library that names a loader | direct, indirect, file | indirect, file |
/// | other ELF file | file | file |
/// | anything else | direct, file | file |
///
/// A program is of type `ET_EXEC`, or of type `ET_DYN` and marked position-independent
/// (`DF_1_PIE`), or of type `ET_DYN` with a loader and no name as a library (`DT_SONAME`). An ELF
/// file that is malformed counts as anything else. The file's offset is neither used nor moved, and
/// no more than its headers is read.
///
/// # Errors
/// Those of reading the file; its contents are no cause of any.
pub fn classify(file: &File, executable: bool) -> io::Result<Classification> {
    let mut buffer = [0; BEGINNING];
    let filled = read_at(file, 0, &mut buffer)?;
    let beginning = buffer.get(..filled).unwrap_or(&buffer);
    let object = match beginning.get(..5) {
        Some([0x7f, b'E', b'L', b'F', 1]) => object::<FileHeader32<_>>(file, beginning)?,
        Some([0x7f, b'E', b'L', b'F', 2]) => object::<FileHeader64<_>>(file, beginning)?,
        _ => None,
    };
    let direct = if executable { EntryType::DIRECT } else { EntryType::EMPTY };
    let library = EntryType::INDIRECT | EntryType::FILE;
    Ok(match object {
        None => other(beginning, executable),
        Some(Object::Program) if executable => Classification::of(EntryType::DIRECT),
        Some(Object::Program | Object::Other) => Classification::of(EntryType::FILE),
        Some(Object::Library { loader: false }) => Classification::of(library),
        Some(Object::Library { loader: true }) => Classification::of(library | direct),
    })
}

/// A file that is no ELF file: whatever is executed there is opened and read by an interpreter.
fn other(beginning: &[u8], executable: bool) -> Classification {
    if !executable {
        return Classification::of(EntryType::FILE);
    }
    Classification {
        entry_type: EntryType::DIRECT | EntryType::FILE,
        interpreter: interpreter(beginning),
    }
}

/// The absolute path after `#!`, unless the line is longer than what was read.
fn interpreter(beginning: &[u8]) -> Option<Vec<u8>> {
    let line = beginning.strip_prefix(b"#!")?;
    let start = line.iter().position(|byte| !matches!(byte, b' ' | b'\t'))?;
    let name = line.get(start..)?;
    let end = name.iter().position(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | 0));
    let end = match end {
        Some(end) => end,
        None if beginning.len() < BEGINNING => name.len(),
        None => return None,
    };
    let name = name.get(..end)?;
    (name.len() > 1 && name.starts_with(b"/")).then(|| name.to_vec())
}

/// What an ELF file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Object {
    Program,
    Library { loader: bool },
    Other,
}

/// Tells what an ELF file is; `None` if it is malformed.
fn object<Header>(file: &File, beginning: &[u8]) -> io::Result<Option<Object>>
where
    Header: FileHeader<Endian = Endianness>,
{
    let Ok(header) = Header::parse(beginning) else { return Ok(None) };
    let Ok(endian) = header.endian() else { return Ok(None) };
    match header.e_type(endian) {
        elf::ET_EXEC => return Ok(Some(Object::Program)),
        elf::ET_DYN => {}
        _ => return Ok(Some(Object::Other)),
    }
    let count = usize::from(header.e_phnum(endian));
    let size = u64::from(header.e_phnum(endian)) * u64::from(header.e_phentsize(endian));
    let Some(table) = read_table(file, header.e_phoff(endian).into(), size)? else {
        return Ok(None);
    };
    let Ok((segments, [])) = pod::slice_from_bytes::<Header::ProgramHeader>(&table, count) else {
        return Ok(None);
    };
    let loader = segments.iter().any(|segment| segment.p_type(endian) == elf::PT_INTERP);
    let (mut named, mut program) = (false, false);
    if let Some(segment) = segments.iter().find(|segment| segment.p_type(endian) == elf::PT_DYNAMIC)
    {
        let (offset, size) = segment.file_range(endian);
        let Some(table) = read_table(file, offset, size)? else { return Ok(None) };
        let count = table.len() / size_of::<Header::Dyn>();
        let Ok((entries, _)) = pod::slice_from_bytes::<Header::Dyn>(&table, count) else {
            return Ok(None);
        };
        for entry in entries.iter().take_while(|entry| entry.tag(endian) != elf::DT_NULL) {
            named |= entry.tag(endian) == elf::DT_SONAME;
            program |=
                entry.tag(endian) == elf::DT_FLAGS_1 && entry.val(endian) & elf::DF_1_PIE.0 != 0;
        }
    }
    Ok(Some(if program || (loader && !named) {
        Object::Program
    } else {
        Object::Library { loader }
    }))
}

/// A table of an ELF file; `None` if it is not wholly there or too long for one.
fn read_table(file: &File, offset: u64, size: u64) -> io::Result<Option<Vec<u8>>> {
    // pread(2) takes it for an error, not for the end of the file, if the end of what is asked for
    // has no number in its signed offsets.
    let end = offset.checked_add(size).and_then(|end| i64::try_from(end).ok());
    let (Some(_), Ok(len)) = (end, usize::try_from(size)) else { return Ok(None) };
    if size > LONGEST_TABLE {
        return Ok(None);
    }
    let mut table = vec![0; len];
    let filled = read_at(file, offset, &mut table)?;
    Ok((filled == len).then_some(table))
}

/// Fills the buffer from an offset on, as far as the file goes; says how far that is.
fn read_at(file: &File, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
    let (mut free, mut at) = (buffer, offset);
    let room = free.len();
    while !free.is_empty() {
        match file.read_at(free, at) {
            Ok(0) => break,
            Ok(read) => {
                at = at.saturating_add(u64::try_from(read).unwrap_or(u64::MAX));
                free = free.get_mut(read..).unwrap_or_default();
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(room.saturating_sub(free.len()))
}
