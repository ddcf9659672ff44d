//! What the program refuses before it touches the kernel.
#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

use std::fs;

use crate::program::run;

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
            "veriexec-kmod: {name}:2:17: expected a strict level: 0 learning, 1 IDS, 2 IPS or 3 \
             lockdown\n"
        )
    );
    let missing = dir.path().join("none");
    let refused = run(&["boot", "--config", missing.to_str().unwrap()]);
    assert_eq!(refused.status, Some(1));
    assert!(refused.stderr.contains("/none: No such file"), "{}", refused.stderr);
    let hint = "; expected a copy of /usr/share/veriexec/veriexec.conf\n";
    assert!(refused.stderr.ends_with(hint), "{}", refused.stderr);
}
