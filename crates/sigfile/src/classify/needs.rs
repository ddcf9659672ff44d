//! What an ELF file needs to run, as it says itself.

use std::fs::File;

use object::Endianness;
use object::elf::{self, FileHeader32, FileHeader64};
use object::read::elf::{Dyn, FileHeader, ProgramHeader};
use object::read::{ReadCache, ReadRef};

/// What an ELF file asks its loader for. Names are as they stand in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Needs {
    /// What it runs on: a loader passes over a library for anything else.
    pub machine: Machine,
    /// The program that loads it (`PT_INTERP`), of a dynamically linked program.
    pub loader: Option<Vec<u8>>,
    /// The libraries that it is linked with (`DT_NEEDED`), in their order.
    pub libraries: Vec<Vec<u8>>,
    /// Where they are searched for, and what they need too (`DT_RPATH`).
    pub rpath: Vec<Vec<u8>>,
    /// Where they alone are searched for (`DT_RUNPATH`); with it, `DT_RPATH` does not count.
    pub runpath: Option<Vec<Vec<u8>>>,
}

/// What an ELF file runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Machine {
    class: u8,
    data: u8,
    number: u16,
}

impl Machine {
    /// Its number (`e_machine`).
    #[must_use]
    pub const fn number(self) -> u16 {
        self.number
    }

    /// Whether the file is one of 64 bits.
    #[must_use]
    pub const fn is_64(self) -> bool {
        self.class == 2
    }

    /// Whether the least significant byte comes first.
    #[must_use]
    pub const fn is_little(self) -> bool {
        self.data == 1
    }
}

/// As many entries as a dynamic section is read to: a linker's has some dozens.
const MOST_ENTRIES: usize = 1 << 16;

/// The longest table that is read, in bytes. None that a linker makes comes near.
const LONGEST_TABLE: u64 = 1 << 20;

/// What an ELF program or library needs; `None` if the file is neither, or malformed.
///
/// The file is read from wherever its headers say, and its offset is moved.
#[must_use]
pub fn needs(file: &File) -> Option<Needs> {
    let cache = ReadCache::new(file);
    match (&cache).read_bytes_at(0, 5).ok()? {
        [0x7f, b'E', b'L', b'F', elf_class] => match *elf_class {
            1 => of_object::<FileHeader32<Endianness>>(&cache),
            2 => of_object::<FileHeader64<Endianness>>(&cache),
            _ => None,
        },
        _ => None,
    }
}

fn of_object<Header>(data: &ReadCache<&File>) -> Option<Needs>
where
    Header: FileHeader<Endian = Endianness>,
{
    let header = Header::parse(data).ok()?;
    let endian = header.endian().ok()?;
    if !matches!(header.e_type(endian), elf::ET_EXEC | elf::ET_DYN) {
        return None;
    }
    let identification = header.e_ident();
    let machine = Machine {
        class: identification.class.0,
        data: identification.data.0,
        number: header.e_machine(endian).0,
    };
    let segments = header.program_headers(endian, data).ok()?;
    let mut needs =
        Needs { machine, loader: None, libraries: Vec::new(), rpath: Vec::new(), runpath: None };
    let mut dynamic: &[Header::Dyn] = &[];
    for segment in segments {
        if !matches!(segment.p_type(endian), elf::PT_INTERP | elf::PT_DYNAMIC) {
            continue;
        }
        if segment.file_range(endian).1 > LONGEST_TABLE {
            return None;
        }
        if let Some(loader) = segment.interpreter(endian, data).ok()? {
            needs.loader = Some(loader.to_vec());
        }
        if let Some(entries) = segment.dynamic(endian, data).ok()? {
            dynamic = entries;
        }
    }
    let entries = || {
        let entries = dynamic.iter().take(MOST_ENTRIES);
        entries.take_while(|entry| entry.tag(endian) != elf::DT_NULL)
    };
    let table = entries().find(|entry| entry.tag(endian) == elf::DT_STRTAB);
    let Some(table) = table else { return Some(needs) };
    let address = table.val(endian);
    let table = segments.iter().find_map(|segment| {
        let (offset, size) = segment.file_range(endian);
        let into = address.checked_sub(segment.p_vaddr(endian).into())?;
        let loaded = segment.p_type(endian) == elf::PT_LOAD && into < size;
        loaded.then(|| offset.checked_add(into)).flatten()
    })?;
    let end = data.len().ok()?;
    let string = |entry: &Header::Dyn| {
        let start = table.checked_add(entry.val(endian)).filter(|start| *start < end)?;
        Some(data.read_bytes_at_until(start..end, 0).ok()?.to_vec())
    };
    for entry in entries() {
        match entry.tag(endian) {
            elf::DT_NEEDED => needs.libraries.push(string(entry)?),
            elf::DT_RPATH => needs.rpath = directories(&string(entry)?),
            elf::DT_RUNPATH => needs.runpath = Some(directories(&string(entry)?)),
            _ => {}
        }
    }
    Some(needs)
}

fn directories(list: &[u8]) -> Vec<Vec<u8>> {
    let parts = list.split(|byte| *byte == b':').filter(|part| !part.is_empty());
    parts.map(<[u8]>::to_vec).collect()
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn this_program_names_what_loads_it() {
        let file = File::open(std::env::current_exe().unwrap()).unwrap();
        let needs = needs(&file).unwrap();
        assert!(needs.loader.unwrap().starts_with(b"/"));
        assert!(needs.libraries.iter().any(|name| name.starts_with(b"libc.")));
    }

    #[test]
    fn what_is_no_elf_file_needs_nothing() {
        for contents in [&b""[..], b"\x7fELF", b"\x7fELF\x02\x01\x01", b"#!/bin/sh\n"] {
            let mut file = tempfile::tempfile().unwrap();
            file.write_all(contents).unwrap();
            assert_eq!(needs(&file), None);
        }
    }

    #[test]
    fn a_file_that_is_cut_anywhere_is_no_panic() {
        let whole = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        for len in (0..4096).step_by(61) {
            let mut file = tempfile::tempfile().unwrap();
            file.write_all(&whole[..len]).unwrap();
            let _ = needs(&file);
        }
    }

    #[test]
    fn a_table_as_long_as_a_vast_file_is_not_read() {
        let mut bytes = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        // The size of every segment, in an ELF file of 64 bits.
        let count = usize::from(u16::from_le_bytes([bytes[56], bytes[57]]));
        for index in 0..count {
            bytes[64 + 56 * index + 32..][..8].copy_from_slice(&(1_u64 << 40).to_le_bytes());
        }
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&bytes[..4096]).unwrap();
        file.set_len(1 << 41).unwrap();
        assert_eq!(needs(&file), None);
    }

    #[test]
    fn lists_of_directories_have_no_empty_ones() {
        let expected: [&[u8]; 2] = [b"$ORIGIN/../lib", b"/opt/lib"];
        assert_eq!(directories(b":$ORIGIN/../lib::/opt/lib:"), expected);
    }
}
