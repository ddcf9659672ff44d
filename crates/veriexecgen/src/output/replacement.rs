//! Replacing a file: whoever looks finds the old one or the new one, and never less.

use std::ffi::OsString;
use std::fs::{self, File, Permissions};
use std::io::{self, BufRead, BufReader, BufWriter, ErrorKind, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use rustix::fs::Access;
use sigfile::printable;
use tempfile::{Builder, NamedTempFile, TempPath};

use crate::output::immutable;

/// What became of what was there before.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Replaced {
    /// It is the very file it was, since it holds what was to be written.
    Same,
    /// There was nothing, or it was not to be kept.
    Nothing,
    /// It is here now.
    Kept(PathBuf),
}

/// A file that holds what was to be written.
#[derive(Debug)]
pub(crate) struct Written {
    pub(crate) before: Replaced,
    /// What went wrong when it was in its place already.
    pub(crate) trouble: Option<anyhow::Error>,
}

/// Finds out what can be known beforehand of why a file could not be replaced.
pub(crate) fn check(file: &Path, backup: bool) -> Result<()> {
    if file.file_name().is_none() {
        bail!("it names a directory; expected the name of a file");
    }
    let backup = backup.then(|| backup_name(file));
    for there in [Some(file), backup.as_deref()].into_iter().flatten() {
        if let Some(advice) = immutable::advice(there) {
            bail!(advice);
        }
    }
    let dir = directory(file);
    let named = || format!("directory `{}'", printable(dir.as_os_str().as_bytes()));
    if !fs::metadata(dir).with_context(named)?.is_dir() {
        bail!("{} is not a directory", named());
    }
    rustix::fs::access(dir, Access::WRITE_OK | Access::EXEC_OK).with_context(named)
}

/// The name under which the file that was there before is kept.
pub(crate) fn backup_name(file: &Path) -> PathBuf {
    let mut name = OsString::from(file);
    name.push(".old");
    name.into()
}

/// Puts a new file in the place of the one of that name, unless that holds the same, or leaves
/// everything as it was.
///
/// With `backup` the old one gets a second name first, so that it can be put back should keeping it
/// fail.
pub(crate) fn replace(
    file: &Path,
    backup: bool,
    contents: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<Written> {
    let cannot = |what: &str| format!("Cannot {what} `{}'", printable(file.as_os_str().as_bytes()));
    let new = write_new(file, contents).with_context(|| cannot("write"))?;
    if is_same(file, new.path()).with_context(|| cannot("read"))? {
        return Ok(Written { before: Replaced::Same, trouble: None });
    }
    new.as_file().sync_all().with_context(|| cannot("write"))?;
    let old = if backup { set_aside(file).with_context(|| cannot("back up"))? } else { None };
    new.persist(file).map_err(|failed| failed.error).with_context(|| cannot("replace"))?;
    let (before, lost) = match old.map(|old| keep(file, old)).transpose() {
        Ok(kept) => (kept.map_or(Replaced::Nothing, Replaced::Kept), None),
        Err(Unkept::PutBack(error)) => return Err(error).with_context(|| cannot("back up")),
        Err(Unkept::Stuck(error)) => (Replaced::Nothing, Some(error.context(cannot("back up")))),
    };
    let synced = sync_directory(file)
        .with_context(|| cannot("make sure that a crash would not undo the writing of"));
    Ok(Written { before, trouble: lost.or(synced.err()) })
}

/// Whether the file holds what the new one does.
fn is_same(file: &Path, new: &Path) -> io::Result<bool> {
    let old = match fs::metadata(file) {
        Ok(old) if old.is_file() => old,
        _ => return Ok(false),
    };
    if old.len() != fs::metadata(new)?.len() {
        return Ok(false);
    }
    // One that cannot be read can be replaced all the same.
    let Ok(old) = File::open(file) else { return Ok(false) };
    let [mut old, mut new] =
        [old, File::open(new)?].map(|file| BufReader::with_capacity(1 << 16, file));
    loop {
        let (one, other) = (old.fill_buf()?, new.fill_buf()?);
        let len = one.len().min(other.len());
        if len == 0 {
            return Ok(one.len() == other.len());
        }
        if one.get(..len) != other.get(..len) {
            return Ok(false);
        }
        old.consume(len);
        new.consume(len);
    }
}

/// The new contents under a temporary name.
fn write_new(
    file: &Path,
    contents: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<NamedTempFile> {
    // As with open(2), the umask takes its part of this.
    let mode = Permissions::from_mode(0o666);
    let mut new = temporary().permissions(mode).tempfile_in(directory(file))?;
    if let Ok(old) = fs::metadata(file) {
        let mode = old.permissions().mode() & 0o777;
        new.as_file().set_permissions(Permissions::from_mode(mode))?;
    }
    let mut out = BufWriter::with_capacity(1 << 16, new.as_file_mut());
    contents(&mut out)?;
    out.flush()?;
    drop(out);
    Ok(new)
}

/// Gives the old file, if there is one, a second name.
fn set_aside(file: &Path) -> io::Result<Option<TempPath>> {
    let metadata = match fs::symlink_metadata(file) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        metadata => metadata?,
    };
    let dir = directory(file);
    if let Ok(linked) = temporary().make_in(dir, |second| fs::hard_link(file, second)) {
        return Ok(Some(linked.into_temp_path()));
    }
    // There are file systems without links, and files that must not be linked to.
    if metadata.is_symlink() {
        let target = fs::read_link(file)?;
        let made = temporary().make_in(dir, |second| symlink(&target, second))?;
        return Ok(Some(made.into_temp_path()));
    }
    let mut copy = temporary().tempfile_in(dir)?;
    io::copy(&mut File::open(file)?, copy.as_file_mut())?;
    copy.as_file().set_permissions(metadata.permissions())?;
    copy.as_file().sync_all()?;
    Ok(Some(copy.into_temp_path()))
}

/// Why the old file is not kept.
enum Unkept {
    /// It is where it was.
    PutBack(anyhow::Error),
    /// The new file has taken its place.
    Stuck(anyhow::Error),
}

/// Gives the old file its lasting name, or puts it back.
fn keep(file: &Path, old: TempPath) -> Result<PathBuf, Unkept> {
    let backup = backup_name(file);
    let second = old.to_path_buf();
    if let Err(failed) = old.persist(&backup) {
        if let Err(stuck) = failed.path.persist(file) {
            let lost = stuck.path.keep().unwrap_or(second);
            let lost = printable(lost.as_os_str().as_bytes()).to_string();
            return Err(Unkept::Stuck(anyhow!("{}; what it was is in `{lost}'", failed.error)));
        }
        return Err(Unkept::PutBack(failed.error.into()));
    }
    // Renaming does nothing if both names are of one file already.
    let _ = fs::remove_file(second);
    Ok(backup)
}

fn sync_directory(file: &Path) -> io::Result<()> {
    match File::open(directory(file))?.sync_all() {
        // Not every file system knows what that would mean.
        Err(error) if error.kind() == ErrorKind::InvalidInput => Ok(()),
        synced => synced,
    }
}

fn directory(file: &Path) -> &Path {
    match file.parent() {
        Some(dir) if dir != Path::new("") => dir,
        _ => Path::new("."),
    }
}

fn temporary() -> Builder<'static, 'static> {
    let mut builder = Builder::new();
    builder.prefix(".veriexecgen.");
    builder
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt;

    use tempfile::TempDir;

    use super::*;

    fn text(text: &str) -> impl FnOnce(&mut dyn Write) -> io::Result<()> {
        move |out| out.write_all(text.as_bytes())
    }

    fn replaced(file: &Path, backup: bool, contents: &str) -> Replaced {
        let written = replace(file, backup, text(contents)).unwrap();
        assert!(written.trouble.is_none(), "{written:?}");
        written.before
    }

    /// Every name in the directory with what it holds, in order.
    fn held(dir: &TempDir) -> Vec<(String, String)> {
        let names = fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().path());
        let mut held: Vec<_> = names
            .map(|path| {
                let name = path.file_name().unwrap().to_str().unwrap().to_owned();
                (name, fs::read_to_string(path).unwrap_or_default())
            })
            .collect();
        held.sort();
        held
    }

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, held)| ((*name).into(), (*held).into())).collect()
    }

    #[test]
    fn the_old_file_is_kept_under_its_name_with_old() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("S");
        assert_eq!(replaced(&file, true, "1"), Replaced::Nothing);
        let first = fs::metadata(&file).unwrap().ino();
        let kept = Replaced::Kept(dir.path().join("S.old"));
        assert_eq!(replaced(&file, true, "2"), kept);
        assert_eq!(fs::metadata(dir.path().join("S.old")).unwrap().ino(), first);
        assert_eq!(replaced(&file, true, "3"), kept);
        assert_eq!(held(&dir), pairs(&[("S", "3"), ("S.old", "2")]));
        assert_eq!(replaced(&file, false, "4"), Replaced::Nothing);
        assert_eq!(held(&dir), pairs(&[("S", "4"), ("S.old", "2")]));
    }

    #[test]
    fn a_file_that_holds_the_same_stays_the_very_file_it_was() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("S");
        let long = "x".repeat(200_000);
        fs::write(&file, &long).unwrap();
        fs::write(dir.path().join("S.old"), "older").unwrap();
        let before = fs::metadata(&file).unwrap();
        for backup in [true, false] {
            assert_eq!(replaced(&file, backup, &long), Replaced::Same);
        }
        let after = fs::metadata(&file).unwrap();
        assert_eq!((before.ino(), before.ctime_nsec()), (after.ino(), after.ctime_nsec()));
        let changed = format!("{}y", &long[1..]);
        assert_eq!(held(&dir), pairs(&[("S", &long), ("S.old", "older")]));
        replaced(&file, true, &changed);
        assert_eq!(held(&dir), pairs(&[("S", &changed), ("S.old", &long)]));
        symlink("S", dir.path().join("link")).unwrap();
        assert_eq!(replaced(&dir.path().join("link"), true, &changed), Replaced::Same);
    }

    #[test]
    fn a_failure_leaves_everything_as_it_was() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("S");
        fs::write(&file, "kept").unwrap();
        fs::write(dir.path().join("S.old"), "older").unwrap();
        let before = held(&dir);
        let full = |out: &mut dyn Write| {
            out.write_all(&[b'x'; 1 << 17])?;
            Err(io::Error::from(ErrorKind::StorageFull))
        };
        assert!(replace(&file, true, full).is_err());
        assert_eq!(held(&dir), before);
    }

    #[test]
    fn the_old_file_is_put_back_if_it_cannot_be_kept() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("S");
        fs::write(&file, "kept").unwrap();
        let inode = fs::metadata(&file).unwrap().ino();
        fs::create_dir(dir.path().join("S.old")).unwrap();
        let before = held(&dir);
        assert!(replace(&file, true, text("new")).is_err());
        assert_eq!(held(&dir), before);
        assert_eq!(fs::metadata(&file).unwrap().ino(), inode);
    }

    #[test]
    fn two_names_of_one_file_leave_no_third() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("S");
        fs::write(&file, "1").unwrap();
        fs::hard_link(&file, dir.path().join("S.old")).unwrap();
        replace(&file, true, text("2")).unwrap();
        assert_eq!(held(&dir), pairs(&[("S", "2"), ("S.old", "1")]));
    }

    #[test]
    fn a_link_is_set_aside_and_what_it_leads_to_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("S");
        fs::write(dir.path().join("target"), "1").unwrap();
        symlink("target", &file).unwrap();
        replace(&file, true, text("2")).unwrap();
        assert_eq!(held(&dir), pairs(&[("S", "2"), ("S.old", "1"), ("target", "1")]));
        assert_eq!(fs::read_link(dir.path().join("S.old")).unwrap(), Path::new("target"));
    }

    #[test]
    fn the_mode_stays() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("S");
        fs::write(&file, "1").unwrap();
        fs::set_permissions(&file, Permissions::from_mode(0o640)).unwrap();
        replace(&file, true, text("2")).unwrap();
        assert_eq!(fs::metadata(&file).unwrap().mode() & 0o7777, 0o640);
        assert_eq!(fs::metadata(backup_name(&file)).unwrap().mode() & 0o7777, 0o640);
    }

    #[test]
    fn what_cannot_be_written_is_known_beforehand() {
        let dir = tempfile::tempdir().unwrap();
        assert!(check(&dir.path().join("S"), true).is_ok());
        assert!(check(&dir.path().join("none/S"), true).is_err());
        fs::write(dir.path().join("file"), "").unwrap();
        assert!(check(&dir.path().join("file/S"), true).is_err());
        assert!(check(Path::new(".."), true).is_err());
    }
}
