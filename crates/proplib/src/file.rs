//! Property lists in files, prop_dictionary_externalize_to_file(3) and its relatives.
//!
//! ```
//! use proplib::file::{externalize_to_file, externalize_to_file_with, internalize_from_file};
//! use proplib::{Dictionary, Format, Limits, Object};
//!
//! let directory = tempfile::tempdir()?;
//! let file = directory.path().join("state.plist");
//! let mut state = Dictionary::new();
//! state.set_unsigned(b"strict", 1)?;
//! let state = Object::from(state);
//! externalize_to_file(&state, &file)?;
//! assert_eq!(internalize_from_file(&file)?, state);
//!
//! externalize_to_file_with(&state, &file, Format::Json, &Limits::DEFAULT)?;
//! assert_eq!(std::fs::read(&file)?, b"{\n\t\"strict\": 1\n}\n");
//! assert_eq!(internalize_from_file(&file)?, state);
//!
//! std::fs::write(&file, "<plist>\n<dict>\n</plist>\n")?;
//! let error = internalize_from_file(&file).unwrap_err().to_string();
//! assert!(error.ends_with("state.plist:3:1: expected <key> or </dict>"), "{error}");
//!
//! std::fs::write(&file, "<plist><array><dict><key>a</key><real/>")?;
//! let error = internalize_from_file(&file).unwrap_err();
//! assert_eq!(error.path, "[0].a");
//! assert!(error.to_string().ends_with(" (in [0].a)"), "{error}");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::fmt;
use std::fs::{self, File};
use std::io::{self, BufWriter, Read as _, Write as _};
use std::path::{Path, PathBuf};

use crate::{Format, Limits, Object, ReadError, ReadOptions, WriteError};

/// Writes an object to a file, as XML and without a NUL.
///
/// The file is replaced in one step by one that is completely on disk, with the mode 0666 less
/// the umask, as NetBSD does; its directory is flushed, too. What the file was before, it still is
/// after an error, unless that is [`FileProblem::Directory`].
///
/// # Errors
/// [`FileError`].
pub fn externalize_to_file(object: &Object, file: &Path) -> Result<(), FileError> {
    externalize_to_file_with(object, file, Format::Xml, &Limits::DEFAULT)
}

/// Like [`externalize_to_file`], in a format and with limits of your own.
///
/// # Errors
/// [`FileError`].
pub fn externalize_to_file_with(
    object: &Object,
    file: &Path,
    format: Format,
    limits: &Limits,
) -> Result<(), FileError> {
    let text = object
        .externalize_with(format, limits)
        .map_err(|error| FileError::new(file, FileProblem::Object(error)))?;
    replace(file, |out| out.write_all(&text))
}

/// Replaces a file by what is written here, as [`externalize_to_file`] does: for a text that need not
/// fit into memory.
///
/// ```
/// use proplib::file::replace;
/// use proplib::xml::{ArrayWriter, IoSink};
///
/// let directory = tempfile::tempdir()?;
/// let file = directory.path().join("numbers.plist");
/// replace(&file, |out| {
///     let mut writer = ArrayWriter::new(IoSink(out));
///     (0..1000_u64).try_for_each(|number| writer.push(&number.into()))?;
///     writer.finish().map(drop)
/// })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`FileError`]; what the writer says is [`FileProblem::Write`].
pub fn replace(
    file: &Path,
    write: impl FnOnce(&mut BufWriter<&File>) -> io::Result<()>,
) -> Result<(), FileError> {
    let fail = |problem| FileError::new(file, problem);
    let directory = match file.parent() {
        Some(directory) if !directory.as_os_str().is_empty() => directory,
        _ => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    builder.prefix(".plist");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let temporary =
        builder.tempfile_in(directory).map_err(|error| fail(FileProblem::Create(error)))?;
    let mut out = BufWriter::with_capacity(1 << 16, temporary.as_file());
    write(&mut out)
        .and_then(|()| out.flush())
        .and_then(|()| temporary.as_file().sync_all())
        .map_err(|error| fail(FileProblem::Write(error)))?;
    drop(out);
    temporary.persist(file).map_err(|error| fail(FileProblem::Replace(error.error)))?;
    flush(directory).map_err(|error| fail(FileProblem::Directory(error)))
}

/// Flushes a directory, where its file system knows how to.
fn flush(directory: &Path) -> io::Result<()> {
    match File::open(directory)?.sync_all() {
        Err(error)
            if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) =>
        {
            Ok(())
        }
        other => other,
    }
}

/// Reads the object in a file, whatever its format, see [`Object::internalize`].
///
/// # Errors
/// [`FileError`].
pub fn internalize_from_file(file: &Path) -> Result<Object, FileError> {
    internalize_from_file_within(file, &Limits::DEFAULT)
}

/// Like [`internalize_from_file`], with limits of your own.
///
/// # Errors
/// [`FileError`].
pub fn internalize_from_file_within(file: &Path, limits: &Limits) -> Result<Object, FileError> {
    internalize_from_file_with(file, &ReadOptions::from(*limits))
}

/// Like [`internalize_from_file`], in a mode and with limits of your own.
///
/// # Errors
/// [`FileError`].
pub fn internalize_from_file_with(file: &Path, options: &ReadOptions) -> Result<Object, FileError> {
    let fail = |problem| FileError::new(file, problem);
    let text = read(file, &options.limits).map_err(fail)?;
    Object::internalize_with(&text, options).map_err(|error| {
        // Without memory for it, the place in the text is enough.
        let path = error.path_in(&text, options).unwrap_or_default();
        FileError {
            path: String::from_utf8(path).unwrap_or_default(),
            ..fail(FileProblem::Text(error))
        }
    })
}

/// Reads a file, and of one that is too long just so much that this is seen.
fn read(file: &Path, limits: &Limits) -> Result<Vec<u8>, FileProblem> {
    // A FIFO would be waited for, and a device might never end.
    if !fs::metadata(file).map_err(FileProblem::Read)?.is_file() {
        return Err(FileProblem::NotRegular);
    }
    let most = u64::try_from(limits.max_input).unwrap_or(u64::MAX).saturating_add(1);
    let mut text = Vec::new();
    File::open(file)
        .and_then(|opened| opened.take(most).read_to_end(&mut text))
        .map_err(FileProblem::Read)?;
    Ok(text)
}

/// Why a file could not be written or read.
#[derive(Debug, thiserror::Error)]
pub struct FileError {
    /// The file.
    pub file: PathBuf,
    /// What is wrong.
    pub problem: FileProblem,
    /// Where in the object a text is wrong, see [`ReadError::path_in`]; empty for the outermost
    /// object, and for any other problem.
    pub path: String,
}

impl FileError {
    fn new(file: &Path, problem: FileProblem) -> Self {
        Self { file: file.into(), problem, path: String::new() }
    }
}

/// What is wrong with a file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FileProblem {
    /// The object cannot be written.
    #[error("cannot be written: {0}")]
    Object(WriteError),
    /// No new file could be made beside it.
    #[error("cannot make a new file beside it: {0}")]
    Create(io::Error),
    /// The new file could not be written.
    #[error("cannot write the new file beside it: {0}")]
    Write(io::Error),
    /// The new file could not be put in its place.
    #[error("cannot be replaced: {0}")]
    Replace(io::Error),
    /// The file is replaced, and its directory could not be flushed.
    #[error("replaced, but a crash may undo it, since its directory cannot be flushed: {0}")]
    Directory(io::Error),
    /// It is no regular file.
    #[error("not a regular file; expected a file that holds a property list")]
    NotRegular,
    /// It cannot be read.
    #[error("cannot be read: {0}")]
    Read(io::Error),
    /// It holds no property list.
    #[error("{0}")]
    Text(ReadError),
}

/// `FILE: problem`, or `FILE:LINE:COLUMN: problem (in PATH)`; the name is quoted and escaped where it could
/// disturb a terminal.
impl fmt::Display for FileError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quoted = format!("{:?}", self.file);
        match self.file.to_str() {
            Some(plain) if quoted.trim_matches('"') == plain => out.write_str(plain)?,
            _ => out.write_str(&quoted)?,
        }
        let separator = if matches!(self.problem, FileProblem::Text(_)) { ":" } else { ": " };
        write!(out, "{separator}{}", self.problem)?;
        if self.path.is_empty() { Ok(()) } else { write!(out, " (in {})", self.path) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Array, Dictionary};

    fn names(directory: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(directory)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    fn nest(depth: usize) -> Object {
        (0..depth).fold(Object::Bool(true), |inner, _| {
            let mut array = Array::new();
            array.push(inner).unwrap();
            array.into()
        })
    }

    #[test]
    fn objects_come_back_from_files() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("list");
        let mut dictionary = Dictionary::new();
        dictionary.set_string(b"key", b"\xff").unwrap();
        for object in [Object::from(true), dictionary.into()] {
            externalize_to_file(&object, &file).unwrap();
            assert_eq!(fs::read(&file).unwrap(), object.externalize().unwrap());
            assert_eq!(internalize_from_file(&file).unwrap(), object);
        }
        assert_eq!(names(directory.path()), ["list"]);
    }

    #[test]
    #[cfg(unix)]
    fn the_mode_is_that_of_any_new_file() {
        use std::os::unix::fs::PermissionsExt as _;
        let directory = tempfile::tempdir().unwrap();
        let (file, other) = (directory.path().join("list"), directory.path().join("other"));
        fs::write(&other, "").unwrap();
        externalize_to_file(&true.into(), &file).unwrap();
        let mode = |file| fs::metadata(file).unwrap().permissions().mode();
        assert_eq!(mode(&file), mode(&other));
    }

    #[test]
    fn after_an_error_everything_is_as_it_was() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("list");
        fs::write(&file, "before").unwrap();
        let error = externalize_to_file(&nest(300), &file).unwrap_err();
        assert!(matches!(error.problem, FileProblem::Object(WriteError::TooDeep { .. })));
        assert_eq!(fs::read(&file).unwrap(), b"before");

        let place = directory.path().join("place");
        fs::create_dir(&place).unwrap();
        fs::write(place.join("inside"), "").unwrap();
        let error = externalize_to_file(&true.into(), &place).unwrap_err();
        assert!(matches!(error.problem, FileProblem::Replace(_)));
        assert_eq!(names(&place), ["inside"]);

        let absent = directory.path().join("absent/list");
        let error = externalize_to_file(&true.into(), &absent).unwrap_err();
        assert!(matches!(error.problem, FileProblem::Create(_)));
        assert_eq!(names(directory.path()), ["list", "place"]);
    }

    #[test]
    fn a_name_that_is_too_long_changes_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("n".repeat(300));
        let error = externalize_to_file(&true.into(), &file).unwrap_err();
        let FileProblem::Replace(error) = error.problem else { panic!("{error}") };
        assert_eq!(error.kind(), io::ErrorKind::InvalidFilename);
        assert!(names(directory.path()).is_empty());
    }

    /// In a process that may write no file of more than 512 bytes.
    #[test]
    #[cfg(unix)]
    fn a_write_that_fails_changes_nothing() {
        const PLACE: &str = "PROPLIB_TEST_SHORT_OF_SPACE";
        let long = crate::Data::new(&[0; 10_000]).unwrap().into();
        if let Some(file) = std::env::var_os(PLACE) {
            let error = externalize_to_file(&long, Path::new(&file)).unwrap_err();
            let FileProblem::Write(error) = error.problem else { panic!("{error}") };
            assert_eq!(error.kind(), io::ErrorKind::FileTooLarge);
            std::process::exit(77);
        }
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("list");
        externalize_to_file(&true.into(), &file).unwrap();
        let status = std::process::Command::new("sh")
            .args(["-c", "trap '' XFSZ && ulimit -f 1 && exec \"$0\" \"$@\""])
            .arg(std::env::current_exe().unwrap())
            .args(["--exact", "file::tests::a_write_that_fails_changes_nothing"])
            .env(PLACE, &file)
            // The limit holds for them too, should they lead to files.
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .status()
            .unwrap();
        assert_eq!(status.code(), Some(77));
        assert_eq!(internalize_from_file(&file).unwrap(), true.into());
        assert_eq!(names(directory.path()), ["list"]);
    }

    #[test]
    fn a_reader_sees_what_was_before_or_what_is_now() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("list");
        let lists = [1, 50_000].map(|size| crate::Data::new(&vec![7; size]).unwrap().into());
        externalize_to_file(&lists[0], &file).unwrap();
        std::thread::scope(|scope| {
            let writer = scope.spawn(|| {
                for object in lists.iter().cycle().take(100) {
                    externalize_to_file(object, &file).unwrap();
                }
            });
            while !writer.is_finished() {
                assert!(lists.contains(&internalize_from_file(&file).unwrap()));
            }
        });
    }

    #[test]
    fn a_format_is_chosen_and_found_again() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("list");
        let object = nest(3);
        for format in [Format::Json, Format::Xml] {
            externalize_to_file_with(&object, &file, format, &Limits::DEFAULT).unwrap();
            assert_eq!(Format::of(&fs::read(&file).unwrap()), Some(format));
            assert_eq!(internalize_from_file(&file).unwrap(), object);
        }
        let data = crate::Data::new(b"bytes").unwrap().into();
        let error = externalize_to_file_with(&data, &file, Format::Json, &Limits::DEFAULT);
        assert!(matches!(error.unwrap_err().problem, FileProblem::Object(WriteError::Data)));
        let flat = Limits { max_depth: 2, ..Limits::DEFAULT };
        let error = externalize_to_file_with(&object, &file, Format::Xml, &flat);
        let too_deep = WriteError::TooDeep { limit: 2 };
        let FileProblem::Object(error) = error.unwrap_err().problem else { panic!() };
        assert_eq!(error, too_deep);
        assert_eq!(internalize_from_file(&file).unwrap(), object);
    }

    #[test]
    fn a_mode_is_chosen() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("list");
        fs::write(&file, "<plist version='1.0'><true /></plist>").unwrap();
        let tolerant = ReadOptions { mode: crate::Mode::Tolerant, ..ReadOptions::default() };
        assert_eq!(internalize_from_file_with(&file, &tolerant).unwrap(), true.into());
        assert!(internalize_from_file(&file).is_err());
    }

    #[test]
    fn a_nul_in_a_file_ends_its_text() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("list");
        fs::write(&file, b"<plist><true/></plist>\0</plist>").unwrap();
        assert_eq!(internalize_from_file(&file).unwrap(), true.into());
        fs::write(&file, b"<plist><true/>\0</plist>").unwrap();
        assert!(internalize_from_file(&file).is_err());
    }

    #[test]
    fn errors_name_the_file_and_the_place() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("list");
        let message = |file: &Path| internalize_from_file(file).unwrap_err().to_string();
        assert!(message(&file).starts_with(&format!("{}: cannot be read: ", file.display())));
        let expected = "not a regular file; expected a file that holds a property list";
        let place = directory.path();
        assert_eq!(message(place), format!("{}: {expected}", place.display()));
        fs::write(&file, "<plist>\n  <false></false>").unwrap();
        assert_eq!(message(&file), format!("{}:2:3: expected the form <name/>", file.display()),);
        assert!(message(Path::new("/absent\u{1b}[2J")).starts_with(r#""/absent\u{1b}[2J": "#));
    }

    #[test]
    fn a_file_that_is_too_long_is_not_read_whole() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("list");
        File::create(&file).unwrap().set_len(1 << 40).unwrap();
        let limits = Limits { max_input: 1000, ..Limits::default() };
        let error = internalize_from_file_within(&file, &limits).unwrap_err();
        let FileProblem::Text(error) = error.problem else { panic!("{error}") };
        assert_eq!(error.kind, crate::ReadErrorKind::TooLarge { limit: 1000 });
    }
}
