//! What an ELF file is, from its headers: by what it holds, whatever its name and mode.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::os::unix::fs::FileExt;

use object::elf::{self, FileHeader32, FileHeader64};
use object::pod;
use object::read::elf::{Dyn, FileHeader, ProgramHeader, SectionHeader};
use object::{Endianness, Pod};

/// The longest table that is read from an ELF file, in bytes. None that a linker makes comes near.
const LONGEST_TABLE: u64 = 1 << 20;
/// The longest name of a loader, with its NUL, that Linux takes: `PATH_MAX`.
const LONGEST_NAME: u64 = 4096;

/// What an ELF file is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Object {
    /// Of type `ET_EXEC`, or of type `ET_DYN` and marked position-independent (`DF_1_PIE`), or of
    /// type `ET_DYN` with a loader and no name as a library (`DT_SONAME`).
    Program { loader: Option<Vec<u8>> },
    /// Any other of type `ET_DYN`; some name a loader, and can be executed.
    Library { loader: Option<Vec<u8>> },
    /// What a kernel takes in: of type `ET_REL`, with the section that only modules have.
    Module,
    /// Nothing that is executed or mapped: an object file, a core, what was split off for debuggers.
    Other,
}

/// What a file is that begins with these bytes; `None` if it is no ELF file, or malformed.
///
/// The file's offset is neither used nor moved, and no more than its tables is read.
pub(super) fn object(beginning: &[u8], file: &File) -> io::Result<Option<Object>> {
    let contents = Contents { beginning, file };
    match beginning.get(..5) {
        Some([0x7f, b'E', b'L', b'F', 1]) => of_class::<FileHeader32<_>>(contents),
        Some([0x7f, b'E', b'L', b'F', 2]) => of_class::<FileHeader64<_>>(contents),
        _ => Ok(None),
    }
}

fn of_class<Header>(contents: Contents<'_>) -> io::Result<Option<Object>>
where
    Header: FileHeader<Endian = Endianness>,
{
    let Ok(header) = Header::parse(contents.beginning) else { return Ok(None) };
    let Ok(endian) = header.endian() else { return Ok(None) };
    match header.e_type(endian) {
        elf::ET_EXEC | elf::ET_DYN => loadable(contents, header, endian),
        elf::ET_REL => relocatable(contents, header, endian),
        _ => Ok(Some(Object::Other)),
    }
}

/// Tells programs from libraries.
fn loadable<Header>(
    contents: Contents<'_>,
    header: &Header,
    endian: Endianness,
) -> io::Result<Option<Object>>
where
    Header: FileHeader<Endian = Endianness>,
{
    let count = header.e_phnum(endian);
    let place = (header.e_phoff(endian).into(), header.e_phentsize(endian));
    let Some(segments) = contents.rows::<Header::ProgramHeader>(place, count)? else {
        return Ok(None);
    };
    let segment = |kind| segments.iter().find(|segment| segment.p_type(endian) == kind);
    let loader = match segment(elf::PT_INTERP) {
        Some(segment) => match contents.name(segment.file_range(endian))? {
            None => return Ok(None),
            named => named,
        },
        None => None,
    };
    if header.e_type(endian) == elf::ET_EXEC {
        return Ok(Some(Object::Program { loader }));
    }
    let (mut named, mut program) = (false, false);
    if let Some(segment) = segment(elf::PT_DYNAMIC) {
        let (offset, size) = segment.file_range(endian);
        if size == 0 {
            return Ok(Some(Object::Other));
        }
        let Some(table) = contents.table(offset, size, LONGEST_TABLE)? else { return Ok(None) };
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
    Ok(Some(if program || (loader.is_some() && !named) {
        Object::Program { loader }
    } else {
        Object::Library { loader }
    }))
}

/// Tells modules of a kernel from object files.
fn relocatable<Header>(
    contents: Contents<'_>,
    header: &Header,
    endian: Endianness,
) -> io::Result<Option<Object>>
where
    Header: FileHeader<Endian = Endianness>,
{
    /// Those that hold what the kernel knows a module by: Linux's, and NetBSD's.
    const SECTIONS: [&[u8]; 2] = [b".gnu.linkonce.this_module", b"link_set_modules"];
    let count = header.e_shnum(endian);
    let place = (header.e_shoff(endian).into(), header.e_shentsize(endian));
    let Some(sections) = contents.rows::<Header::SectionHeader>(place, count)? else {
        return Ok(Some(Object::Other));
    };
    let names = sections.get(usize::from(header.e_shstrndx(endian).0));
    let Some(names) = names else { return Ok(Some(Object::Other)) };
    let (offset, size) = (names.sh_offset(endian).into(), names.sh_size(endian).into());
    let names = contents.table(offset, size, LONGEST_TABLE)?.unwrap_or_default();
    let is_of_modules = |section: &Header::SectionHeader| {
        let start = usize::try_from(section.sh_name(endian)).ok();
        let name = start.and_then(|start| names.get(start..)).unwrap_or_default();
        SECTIONS
            .iter()
            .any(|known| name.strip_prefix(*known).is_some_and(|end| end.first() == Some(&0)))
    };
    Ok(Some(if sections.iter().any(is_of_modules) { Object::Module } else { Object::Other }))
}

/// What a file holds, of which the beginning is known already.
#[derive(Clone, Copy)]
struct Contents<'a> {
    beginning: &'a [u8],
    file: &'a File,
}

impl Contents<'_> {
    /// That many headers of a kind, from an offset on; `None` if they are not what they are said to
    /// be.
    fn rows<Row: Pod + Clone>(
        self,
        (offset, row): (u64, u16),
        count: u16,
    ) -> io::Result<Option<Vec<Row>>> {
        let size = u64::from(count) * u64::from(row);
        let Some(table) = self.table(offset, size, LONGEST_TABLE)? else { return Ok(None) };
        let rows = pod::slice_from_bytes::<Row>(&table, count.into());
        Ok(match rows {
            Ok((rows, [])) => Some(rows.to_vec()),
            _ => None,
        })
    }

    /// A name that ends with a NUL, without it; `None` if there is none that a kernel would take.
    fn name(self, (offset, size): (u64, u64)) -> io::Result<Option<Vec<u8>>> {
        let name = self.table(offset, size, LONGEST_NAME)?;
        let name = name.as_deref().and_then(|name| name.strip_suffix(&[0]));
        let name = name.and_then(|name| name.split(|byte| *byte == 0).next());
        Ok(name.filter(|name| !name.is_empty()).map(<[u8]>::to_vec))
    }

    /// A table; `None` if it is not wholly there or too long for one.
    fn table(self, offset: u64, size: u64, longest: u64) -> io::Result<Option<Vec<u8>>> {
        // pread(2) takes it for an error, not for the end of the file, if the end of what is asked
        // for has no number in its signed offsets.
        let end = offset.checked_add(size).and_then(|end| i64::try_from(end).ok());
        let (Some(_), Ok(len)) = (end, usize::try_from(size)) else { return Ok(None) };
        if size > longest {
            return Ok(None);
        }
        let known = usize::try_from(offset).ok().and_then(|offset| self.beginning.get(offset..));
        if let Some(table) = known.and_then(|known| known.get(..len)) {
            return Ok(Some(table.to_vec()));
        }
        let mut table = vec![0; len];
        let filled = read_at(self.file, offset, &mut table)?;
        Ok((filled == len).then_some(table))
    }
}

/// Fills the buffer from an offset on, as far as the file goes; says how far that is.
pub(super) fn read_at(file: &File, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
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
