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

/// How much of a file's beginning must be known, in bytes: an ELF header, or a `#!` line.
pub const BEGINNING: usize = 1024;
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
    classify_begun(buffer.get(..filled).unwrap_or(&buffer), file, executable)
}

/// The same for a file of which the beginning has been read already: [`BEGINNING`] bytes at least,
/// unless it holds fewer.
///
/// # Errors
/// Those of reading what else must be known.
pub fn classify_begun(
    beginning: &[u8],
    file: &File,
    executable: bool,
) -> io::Result<Classification> {
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
    let beginning = beginning.get(..BEGINNING).unwrap_or(beginning);
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
    let Some(table) = read_table(beginning, file, header.e_phoff(endian).into(), size)? else {
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
        let Some(table) = read_table(beginning, file, offset, size)? else { return Ok(None) };
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
fn read_table(
    beginning: &[u8],
    file: &File,
    offset: u64,
    size: u64,
) -> io::Result<Option<Vec<u8>>> {
    // pread(2) takes it for an error, not for the end of the file, if the end of what is asked for
    // has no number in its signed offsets.
    let end = offset.checked_add(size).and_then(|end| i64::try_from(end).ok());
    let (Some(_), Ok(len)) = (end, usize::try_from(size)) else { return Ok(None) };
    if size > LONGEST_TABLE {
        return Ok(None);
    }
    let known = usize::try_from(offset).ok().and_then(|offset| beginning.get(offset..));
    if let Some(table) = known.and_then(|known| known.get(..len)) {
        return Ok(Some(table.to_vec()));
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

#[cfg(test)]
mod tests {
    use std::io::{Seek, SeekFrom, Write};

    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    use super::*;

    fn file(contents: &[u8]) -> File {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(contents).unwrap();
        file
    }

    /// The flags of a file, executable and not, and its interpreter.
    fn told(contents: &[u8]) -> (String, String, Option<Vec<u8>>) {
        let file = file(contents);
        let executable = classify(&file, true).unwrap();
        let plain = classify(&file, false).unwrap();
        assert_eq!(plain.interpreter, None);
        for known in [contents, contents.get(..BEGINNING).unwrap_or(contents)] {
            assert_eq!(classify_begun(known, &file, true).unwrap(), executable);
            assert_eq!(classify_begun(known, &file, false).unwrap(), plain);
        }
        let flags = |classification: &Classification| classification.entry_type.to_string();
        (flags(&executable), flags(&plain), executable.interpreter)
    }

    fn flags(contents: &[u8]) -> (String, String) {
        let (executable, plain, interpreter) = told(contents);
        assert_eq!(interpreter, None);
        (executable, plain)
    }

    fn pair(executable: &str, plain: &str) -> (String, String) {
        (executable.to_owned(), plain.to_owned())
    }

    /// The four kinds of ELF file: 32 and 64 bits, least and most significant byte first.
    const KINDS: [Kind; 4] = [
        Kind { wide: false, big: false },
        Kind { wide: false, big: true },
        Kind { wide: true, big: false },
        Kind { wide: true, big: true },
    ];

    #[derive(Clone, Copy, Debug)]
    struct Kind {
        wide: bool,
        big: bool,
    }

    impl Kind {
        /// A number of that many bytes.
        fn number(self, bytes: usize, value: u64) -> Vec<u8> {
            let all = value.to_be_bytes();
            let mut number = all[all.len() - bytes..].to_vec();
            if !self.big {
                number.reverse();
            }
            number
        }

        /// A number as wide as an address.
        fn word(self, value: u64) -> Vec<u8> {
            self.number(if self.wide { 8 } else { 4 }, value)
        }

        fn segment(self, kind: u32, offset: u64, size: u64) -> Vec<u8> {
            let kind = self.number(4, kind.into());
            let flags = self.number(4, 4);
            let place = [offset, 0, 0, size, size].map(|value| self.word(value)).concat();
            let align = self.word(1);
            if self.wide {
                [kind, flags, place, align].concat()
            } else {
                [kind, place, flags, align].concat()
            }
        }

        /// An ELF file with a loader or not, and with these entries of its dynamic section.
        fn object(self, kind: u16, loader: bool, dynamic: Option<&[(u64, u64)]>) -> Vec<u8> {
            let (header, segment) = if self.wide { (64, 56) } else { (52, 32) };
            let count = usize::from(loader) + usize::from(dynamic.is_some());
            let dynamic: Vec<u8> = dynamic
                .unwrap_or_default()
                .iter()
                .flat_map(|(tag, value)| [self.word(*tag), self.word(*value)].concat())
                .collect();
            let mut object = b"\x7fELF".to_vec();
            object.extend([1 + u8::from(self.wide), 1 + u8::from(self.big), 1]);
            object.resize(16, 0);
            object.extend(self.number(2, kind.into()));
            object.extend(self.number(2, 62));
            object.extend(self.number(4, 1));
            object.extend([0, header as u64, 0].map(|value| self.word(value)).concat());
            object.extend(self.number(4, 0));
            let sizes = [header, segment, count, 0, 0, 0];
            object.extend(sizes.map(|size| self.number(2, size as u64)).concat());
            assert_eq!(object.len(), header);
            let end = (header + count * segment) as u64;
            if loader {
                object.extend(self.segment(3, end, 0));
            }
            if count > usize::from(loader) {
                object.extend(self.segment(2, end, dynamic.len() as u64));
            }
            object.extend(dynamic);
            object
        }
    }

    const ET_REL: u16 = 1;
    const ET_EXEC: u16 = 2;
    const ET_DYN: u16 = 3;
    const ET_CORE: u16 = 4;
    const SONAME: (u64, u64) = (14, 1);
    const FLAGS_1_NOW: (u64, u64) = (0x6fff_fffb, 1);
    const FLAGS_1_PIE: (u64, u64) = (0x6fff_fffb, 0x0800_0001);
    const END: (u64, u64) = (0, 0);

    #[test]
    fn elf_files_are_told_apart() {
        for kind in KINDS {
            let program = pair("direct", "file");
            let library = pair("indirect, file", "indirect, file");
            assert_eq!(flags(&kind.object(ET_EXEC, false, None)), program);
            assert_eq!(flags(&kind.object(ET_EXEC, true, Some(&[]))), program);
            // A position-independent program, dynamic, marked, and static.
            assert_eq!(flags(&kind.object(ET_DYN, true, None)), program);
            assert_eq!(flags(&kind.object(ET_DYN, true, Some(&[FLAGS_1_NOW, END]))), program);
            assert_eq!(flags(&kind.object(ET_DYN, true, Some(&[SONAME, FLAGS_1_PIE]))), program);
            assert_eq!(flags(&kind.object(ET_DYN, false, Some(&[FLAGS_1_PIE, END]))), program);
            assert_eq!(flags(&kind.object(ET_DYN, false, Some(&[SONAME, END]))), library);
            assert_eq!(flags(&kind.object(ET_DYN, false, Some(&[FLAGS_1_NOW]))), library);
            assert_eq!(flags(&kind.object(ET_DYN, false, None)), library);
            assert_eq!(
                flags(&kind.object(ET_DYN, true, Some(&[SONAME, END]))),
                pair("direct, indirect, file", "indirect, file")
            );
            // What stands after the end of the dynamic section is not of it.
            assert_eq!(flags(&kind.object(ET_DYN, true, Some(&[END, SONAME]))), program);
            for other in [ET_REL, ET_CORE] {
                assert_eq!(flags(&kind.object(other, true, None)), pair("file", "file"));
            }
        }
    }

    #[test]
    fn a_malformed_elf_file_is_no_elf_file() {
        let other = pair("direct, file", "file");
        for kind in KINDS {
            let library = kind.object(ET_DYN, false, Some(&[SONAME, END]));
            for cut in 0..library.len() {
                assert_eq!(flags(&library[..cut]), other, "{kind:?} cut at {cut}");
            }
            let far_away = [u64::MAX, 1 << 63, (1 << 63) - 1, 1 << 40].map(|far| kind.word(far));
            let place = if kind.wide { 32 } else { 28 };
            for far in far_away.iter().filter(|far| far.iter().any(|byte| *byte != 0)) {
                let mut broken = library.clone();
                broken[place..place + far.len()].copy_from_slice(far);
                assert_eq!(flags(&broken), other, "{kind:?} with its segments at {far:?}");
            }
        }
        let mut unknown = KINDS[2].object(ET_DYN, false, None);
        unknown[4] = 3;
        assert_eq!(flags(&unknown), other);
    }

    #[test]
    fn a_dynamic_section_as_long_as_memory_is_not_read() {
        let kind = KINDS[2];
        let mut object = kind.object(ET_DYN, false, Some(&[SONAME, END]));
        let size = 64 + 32;
        object[size..size + 8].copy_from_slice(&kind.word(1 << 40));
        let file = file(&object);
        file.set_len(1 << 41).unwrap();
        assert_eq!(classify(&file, false).unwrap().entry_type, EntryType::FILE);
    }

    #[test]
    fn whatever_else_is_executed_is_read_by_an_interpreter() {
        assert_eq!(flags(b""), pair("direct, file", "file"));
        assert_eq!(flags(b"echo hello\n"), pair("direct, file", "file"));
        assert_eq!(flags(b"\x7fELF"), pair("direct, file", "file"));
        let interpreter = |contents: &[u8]| {
            let (executable, plain, interpreter) = told(contents);
            assert_eq!((executable, plain), pair("direct, file", "file"));
            interpreter.map(|name| String::from_utf8(name).unwrap())
        };
        for line in
            ["#!/bin/sh\n", "#! \t/bin/sh -e\n", "#!/bin/sh", "#!/bin/sh\r\n", "#!/bin/sh\tx"]
        {
            assert_eq!(interpreter(line.as_bytes()).as_deref(), Some("/bin/sh"), "{line:?}");
        }
        for line in ["#!", "#! ", "#!\n/bin/sh", "#!sh\n", "# !/bin/sh\n", " #!/bin/sh\n", "#!/\n"]
        {
            assert_eq!(interpreter(line.as_bytes()), None, "{line:?}");
        }
        let long = |name: usize| format!("#!/{}\n", "x".repeat(name));
        assert_eq!(interpreter(long(1020).as_bytes()).map(|name| name.len()), Some(1021));
        assert_eq!(interpreter(long(1021).as_bytes()), None, "a name that may be cut");
    }

    #[test]
    fn this_very_program_is_a_program() {
        let mut program = File::open(std::env::current_exe().unwrap()).unwrap();
        program.seek(SeekFrom::Start(7)).unwrap();
        assert_eq!(classify(&program, true).unwrap(), Classification::of(EntryType::DIRECT));
        assert_eq!(program.stream_position().unwrap(), 7);
    }

    #[test]
    fn an_error_of_reading_is_passed_on() {
        let place = tempfile::tempdir().unwrap();
        let directory = File::open(place.path()).unwrap();
        assert_eq!(classify(&directory, true).unwrap_err().kind(), ErrorKind::IsADirectory);
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            failure_persistence: None,
            rng_seed: RngSeed::Fixed(1),
            ..ProptestConfig::default()
        })]

        #[test]
        fn no_contents_are_an_error(
            kind in prop::sample::select(&KINDS[..]),
            changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        ) {
            let mut object = kind.object(ET_DYN, true, Some(&[SONAME, FLAGS_1_NOW, END]));
            for (place, byte) in changes {
                *place.get_mut(&mut object) = byte;
            }
            let file = file(&object);
            prop_assert!(classify(&file, true).unwrap().entry_type.contains(EntryType::DIRECT)
                || classify(&file, false).unwrap().entry_type.contains(EntryType::FILE));
        }
    }
}
