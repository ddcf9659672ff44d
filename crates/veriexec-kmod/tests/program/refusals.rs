//! What the program refuses before it touches the kernel.
#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::program::{run, writes};

#[test]
fn a_wrong_command_line_is_an_error_and_repeated_harmlessly() {
    for arguments in [&[][..], &["nothing"], &["load", "file"], &["load", "--\u{1b}[2J"]] {
        let run = run(arguments);
        assert_eq!(run.status, Some(1), "{arguments:?}");
        assert!(run.stdout.is_empty() && !run.stderr.contains('\u{1b}'), "{}", run.stderr);
    }
    assert_eq!(run(&["--version"]).status, Some(0));
}

#[test]
fn a_faulty_configuration_is_refused_with_its_place() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("veriexec.conf");
    fs::write(&file, "veriexec_strict=2\nveriexec_strict=high\n").unwrap();
    let name = file.to_str().unwrap();
    let refused = run(&["boot", "--config", name]);
    assert_eq!(refused.status, Some(1));
    assert_eq!(
        refused.stderr,
        format!(
            "veriexec-kmod: the strict level is not raised: {name}:2:17: expected a strict level: 0 \
             learning, 1 IDS, 2 IPS or 3 lockdown\n"
        )
    );
    let hostile = dir.path().join("\u{1b}[2J");
    fs::write(&hostile, "x=1\n").unwrap();
    let refused = run(&["boot", "--config", hostile.to_str().unwrap()]);
    assert!(refused.stderr.contains("/\\x1b[2J:1:1: unknown setting x;"), "{}", refused.stderr);
    let missing = dir.path().join("none");
    let refused = run(&["boot", "--config", missing.to_str().unwrap()]);
    assert_eq!(refused.status, Some(1));
    assert!(refused.stderr.contains("/none: No such file"), "{}", refused.stderr);
    let hint = "; expected a copy of /usr/share/veriexec/veriexec.conf\n";
    assert!(refused.stderr.ends_with(hint), "{}", refused.stderr);
}

#[test]
fn a_configuration_that_others_could_write_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("veriexec.conf");
    fs::write(&file, "veriexec_strict=2\n").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o666)).unwrap();
    let name = file.to_str().unwrap();
    let refused = run(&["boot", "--config", name]);
    assert_eq!(refused.status, Some(1));
    let expected = format!("{name} can be written by others, mode 0666: chmod go-w {name}\n");
    let begins = "veriexec-kmod: the strict level is not raised: ";
    let said = &refused.stderr;
    assert!(said.starts_with(begins) && said.ends_with(&expected), "{said}");
}

#[test]
fn a_line_is_written_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let missing = dir.path().join("none");
    for arguments in [&["boot", "--config", missing.to_str().unwrap()][..], &["nothing"]] {
        let written = writes(arguments);
        assert!(!written.is_empty());
        let is_line = |text: &String| text.ends_with('\n') && text.matches('\n').count() == 1;
        assert!(written.iter().all(is_line), "{written:?}");
    }
}
