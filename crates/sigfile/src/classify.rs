//! How a file is used, told from its first bytes.
//!
//! NetBSD's veriexecgen(8) goes by the mode alone, which leaves shared libraries out or lists every
//! file for everything.

mod elf;
mod needs;
mod selection;
mod shebang;

use std::fs::File;
use std::io;

use crate::EntryType;
use elf::Object;

pub use needs::{Machine, Needs, needs};
pub use selection::is_program_or_library;

/// What a file is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Classification {
    /// What it is.
    pub kind: Kind,
    /// The accesses to list it for.
    pub entry_type: EntryType,
    /// The program that runs it, if it is executable and its first line is `#!` and a name, as Linux
    /// reads it: that program's entry needs [`EntryType::INDIRECT`]. A name that does not begin with
    /// `/` is relative to the directory in which the file is executed; it may be empty.
    pub interpreter: Option<Vec<u8>>,
    /// The program that loads it, as an executable ELF file names it (`PT_INTERP`): that program
    /// can be run by hand, too, as ldd(1) does, and its entry needs [`EntryType::DIRECT`] for that.
    pub loader: Option<Vec<u8>>,
}

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// An ELF program, executable or not.
    Program,
    /// An ELF shared library, whatever its name and mode.
    Library,
    /// A module of a kernel.
    Module,
    /// Anything else that is executable: what is executed there is opened and read by an
    /// interpreter.
    Interpreted,
    /// Anything else.
    Data,
}

impl Classification {
    const fn of(kind: Kind, entry_type: EntryType) -> Self {
        Self { kind, entry_type, interpreter: None, loader: None }
    }
}

/// How much of a file's beginning must be known, in bytes: an ELF header, or a `#!` line.
pub const BEGINNING: usize = 1024;

/// Tells how a regular file is used. `executable` says whether anyone may execute it.
///
/// | file | if executable | if not |
/// |---|---|---|
/// | ELF program that names a loader | direct, indirect, file | file |
/// | other ELF program | direct, file | file |
/// | ELF shared library | indirect, file | indirect, file |
/// | ELF shared library that names a loader | direct, indirect, file | indirect, file |
/// | module of a kernel | indirect, file | indirect, file |
/// | other ELF file | file | file |
/// | anything else | direct, file | file |
///
/// What can be executed can also be read: a backup does, and whatever compares files with what was
/// installed. A program that names a loader is mapped by it if that is run by hand, as ldd(1) does.
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
    let filled = elf::read_at(file, 0, &mut buffer)?;
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
    const MAPPED: EntryType = EntryType::INDIRECT.and(EntryType::FILE);
    const READ: EntryType = EntryType::DIRECT.and(EntryType::FILE);
    const BOTH: EntryType = EntryType::DIRECT.and(MAPPED);
    let (kind, entry_type, loader) = match elf::object(beginning, file)? {
        None => return Ok(other(beginning, executable)),
        Some(Object::Program { loader }) => match (executable, &loader) {
            (false, _) => (Kind::Program, EntryType::FILE, loader),
            (true, None) => (Kind::Program, READ, loader),
            (true, Some(_)) => (Kind::Program, BOTH, loader),
        },
        Some(Object::Library { loader: Some(loader) }) if executable => {
            (Kind::Library, BOTH, Some(loader))
        }
        Some(Object::Library { loader }) => (Kind::Library, MAPPED, loader),
        Some(Object::Module) => (Kind::Module, MAPPED, None),
        Some(Object::Other) => (Kind::Data, EntryType::FILE, None),
    };
    let loader = loader.filter(|_| executable);
    Ok(Classification { loader, ..Classification::of(kind, entry_type) })
}

/// A file that is no ELF file: whatever is executed there is opened and read by an interpreter.
fn other(beginning: &[u8], executable: bool) -> Classification {
    if !executable {
        return Classification::of(Kind::Data, EntryType::FILE);
    }
    let entry_type = EntryType::DIRECT | EntryType::FILE;
    let interpreter = shebang::interpreter(beginning);
    Classification { interpreter, ..Classification::of(Kind::Interpreted, entry_type) }
}

#[cfg(test)]
mod tests {

    use std::io::{ErrorKind, Seek, SeekFrom, Write};

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
        assert_eq!((&plain.interpreter, &plain.loader), (&None, &None));
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
    pub(super) const KINDS: [Machine; 4] = [
        Machine { wide: false, big: false },
        Machine { wide: false, big: true },
        Machine { wide: true, big: false },
        Machine { wide: true, big: true },
    ];

    #[derive(Clone, Copy, Debug)]
    pub(super) struct Machine {
        wide: bool,
        big: bool,
    }

    impl Machine {
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
        pub(super) fn object(
            self,
            kind: u16,
            loader: bool,
            dynamic: Option<&[(u64, u64)]>,
        ) -> Vec<u8> {
            let (header, segment) = if self.wide { (64, 56) } else { (52, 32) };
            let count = usize::from(loader) + usize::from(dynamic.is_some());
            let dynamic: Vec<u8> = dynamic
                .unwrap_or_default()
                .iter()
                .flat_map(|(tag, value)| [self.word(*tag), self.word(*value)].concat())
                .collect();
            let sizes = [header, segment, count, 0, 0, 0].map(|size| size as u64);
            let mut object = self.header(kind, [header as u64, 0], sizes);
            let mut end = (header + count * segment) as u64;
            let loader = if loader { LOADER } else { "" };
            if !loader.is_empty() {
                object.extend(self.segment(3, end, loader.len() as u64));
                end += loader.len() as u64;
            }
            if count > usize::from(!loader.is_empty()) {
                object.extend(self.segment(2, end, dynamic.len() as u64));
            }
            object.extend(loader.as_bytes());
            object.extend(dynamic);
            object
        }

        /// A header with the offsets of its segments and sections, and six sizes and numbers.
        fn header(self, kind: u16, [segments, sections]: [u64; 2], sizes: [u64; 6]) -> Vec<u8> {
            let mut header = b"\x7fELF".to_vec();
            header.extend([1 + u8::from(self.wide), 1 + u8::from(self.big), 1]);
            header.resize(16, 0);
            header.extend(self.number(2, kind.into()));
            header.extend(self.number(2, 62));
            header.extend(self.number(4, 1));
            header.extend([0, segments, sections].map(|value| self.word(value)).concat());
            header.extend(self.number(4, 0));
            header.extend(sizes.map(|size| self.number(2, size)).concat());
            assert_eq!(header.len(), if self.wide { 64 } else { 52 });
            header
        }

        /// An object file with a section of that name.
        pub(super) fn relocatable(self, name: &str) -> Vec<u8> {
            let (header, row) = if self.wide { (64, 64) } else { (52, 40) };
            let names = format!("\0.shstrtab\0{name}\0");
            let start = header + 3 * row;
            let mut object = self.header(ET_REL, [0, header], [header, 0, 0, row, 3, 1]);
            for (name, place) in [(0, [0, 0]), (1, [start, names.len() as u64]), (11, [0, 0])] {
                let before = [self.number(4, name), self.number(4, 3), self.word(0), self.word(0)];
                object.extend(before.concat());
                object.extend(place.map(|value| self.word(value)).concat());
                object.resize(object.len() + row as usize - if self.wide { 40 } else { 24 }, 0);
            }
            object.extend(names.as_bytes());
            object
        }
    }

    pub(super) const ET_REL: u16 = 1;
    pub(super) const ET_EXEC: u16 = 2;
    pub(super) const ET_DYN: u16 = 3;
    pub(super) const ET_CORE: u16 = 4;
    pub(super) const SONAME: (u64, u64) = (14, 1);
    const FLAGS_1_NOW: (u64, u64) = (0x6fff_fffb, 1);
    const FLAGS_1_PIE: (u64, u64) = (0x6fff_fffb, 0x0800_0001);
    const END: (u64, u64) = (0, 0);
    const LOADER: &str = "/lib/ld.so\0";
    pub(super) const MODULE: &str = ".gnu.linkonce.this_module";

    #[test]
    fn elf_files_are_told_apart() {
        for kind in KINDS {
            let loaded = pair("direct, indirect, file", "file");
            let alone = pair("direct, file", "file");
            let library = pair("indirect, file", "indirect, file");
            assert_eq!(flags(&kind.object(ET_EXEC, false, None)), alone);
            assert_eq!(flags(&kind.object(ET_EXEC, true, Some(&[]))), loaded);
            // A position-independent program, dynamic, marked, and static.
            assert_eq!(flags(&kind.object(ET_DYN, true, None)), loaded);
            assert_eq!(flags(&kind.object(ET_DYN, true, Some(&[FLAGS_1_NOW, END]))), loaded);
            assert_eq!(flags(&kind.object(ET_DYN, true, Some(&[SONAME, FLAGS_1_PIE]))), loaded);
            assert_eq!(flags(&kind.object(ET_DYN, false, Some(&[FLAGS_1_PIE, END]))), alone);
            assert_eq!(flags(&kind.object(ET_DYN, false, Some(&[SONAME, END]))), library);
            assert_eq!(flags(&kind.object(ET_DYN, false, Some(&[FLAGS_1_NOW]))), library);
            assert_eq!(flags(&kind.object(ET_DYN, false, None)), library);
            assert_eq!(
                flags(&kind.object(ET_DYN, true, Some(&[SONAME, END]))),
                pair("direct, indirect, file", "indirect, file")
            );
            // What stands after the end of the dynamic section is not of it.
            assert_eq!(flags(&kind.object(ET_DYN, true, Some(&[END, SONAME]))), loaded);
            for other in [ET_REL, ET_CORE] {
                assert_eq!(flags(&kind.object(other, true, None)), pair("file", "file"));
            }
            // What was split off for debuggers says where its sections were, and has none of them.
            assert_eq!(flags(&kind.object(ET_DYN, false, Some(&[]))), pair("file", "file"));
        }
    }

    #[test]
    fn modules_are_told_from_object_files() {
        for kind in KINDS {
            for name in [MODULE, "link_set_modules"] {
                let module = kind.relocatable(name);
                assert_eq!(flags(&module), pair("indirect, file", "indirect, file"), "{kind:?}");
                // Whatever is cut off, nothing else is made of it than an object file.
                for cut in 64..module.len() {
                    assert_eq!(flags(&module[..cut]), pair("file", "file"), "{kind:?} at {cut}");
                }
            }
            for name in [".text", ".gnu.linkonce.this_module.more", ".gnu.linkonce.this_modul", ""]
            {
                assert_eq!(flags(&kind.relocatable(name)), pair("file", "file"), "{name}");
            }
        }
    }

    #[test]
    fn a_program_says_what_loads_it() {
        let loader =
            |contents: &[u8], executable| classify(&file(contents), executable).unwrap().loader;
        let named = Some(b"/lib/ld.so".to_vec());
        for kind in KINDS {
            for dynamic in [None, Some(&[SONAME, END][..])] {
                let object = kind.object(ET_DYN, true, dynamic);
                assert_eq!(loader(&object, true), named);
                assert_eq!(loader(&object, false), None);
            }
            assert_eq!(loader(&kind.object(ET_DYN, false, None), true), None);
            // A kernel does not execute a program whose loader's name does not end.
            let mut object = kind.object(ET_EXEC, true, None);
            object.pop();
            assert_eq!(flags(&object), pair("direct, file", "file"));
            object.push(b'x');
            assert_eq!(flags(&object), pair("direct, file", "file"));
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
        for (line, interpreter) in [
            ("#! /bin/sh -e\n", Some("/bin/sh")),
            ("#!/bin/sh\r\n", Some("/bin/sh\r")),
            ("#!sh\n", Some("sh")),
            ("#!\n", None),
        ] {
            let (executable, plain, named) = told(line.as_bytes());
            assert_eq!((executable, plain), pair("direct, file", "file"));
            assert_eq!(named.as_deref(), interpreter.map(str::as_bytes), "{line:?}");
        }
    }

    #[test]
    fn this_very_program_is_a_program() {
        let mut program = File::open(std::env::current_exe().unwrap()).unwrap();
        program.seek(SeekFrom::Start(7)).unwrap();
        let classification = classify(&program, true).unwrap();
        assert_eq!(classification.kind, Kind::Program);
        assert_eq!(classification.entry_type.to_string(), "direct, indirect, file");
        assert_eq!(classification.loader, needs(&program).unwrap().loader);
        program.seek(SeekFrom::Start(7)).unwrap();
        assert_eq!(classify(&program, true).unwrap(), classification);
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
