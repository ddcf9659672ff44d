//! The options that are about nothing but themselves.

use std::process::Command;

use crate::tree::{ABC, Run, Tree};

#[test]
fn help_and_version_are_no_errors() {
    let tree = Tree::new();
    let help = tree.run(&["-h"]).expect(0);
    assert!(help.stdout.contains("--files-from <FILE>"), "{help:#?}");
    assert!(tree.run(&["--help"]).expect(0).stdout.contains("--classify"));
    let version = tree.run(&["-V"]).expect(0);
    assert_eq!(version.stdout, format!("veriexecgen {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn usage_errors_have_status_1_and_touch_nothing() {
    let tree = Tree::with_programs(&["a"]);
    tree.file("S", "kept", 0o644);
    let before = tree.held("");
    for arguments in [
        &["-x"][..],
        &["-o", "S", "--no-such-option"],
        &["-o"],
        &["-o", "S", "--threads", "none"],
        &["-o", "S", "stray"],
    ] {
        let run = tree.run(arguments).expect(1);
        assert!(run.stderr.starts_with("error: ") && run.stdout.is_empty(), "{run:#?}");
    }
    assert_eq!(tree.held(""), before);
    let stray = tree.run(&["-r", "-o", "S", "stray"]).expect(1);
    assert!(stray.stderr.contains("a directory to list is named with -d"), "{stray:#?}");
    assert!(!tree.run(&["-x"]).expect(1).stderr.contains("named with -d"));
}

#[test]
fn every_algorithm_gives_its_published_digest() {
    let tree = Tree::with_programs(&["a"]);
    for (name, given, digest) in [
        ("MD5", "md5", "900150983cd24fb0d6963f7d28e17f72"),
        ("SHA1", "Sha1", "a9993e364706816aba3e25717850c26c9cd0d89d"),
        ("RMD160", "rmd160", "8eb208f7e05d987a9b044a8e98c6b087f15a0bfc"),
        ("SHA256", "SHA256", ABC),
        (
            "SHA384",
            "sHa384",
            "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed\
             8086072ba1e7cc2358baeca134c825a7",
        ),
        (
            "SHA512",
            "sha512",
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a\
             2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        ),
    ] {
        let run = tree.run(&["-d", ".", "-t", given, "-o", "-"]).expect(0);
        let line = format!("{} {name} {digest} direct, file\n", tree.name("a"));
        assert_eq!(run.stdout, line);
    }
}

#[test]
fn without_t_it_is_sha256() {
    let tree = Tree::with_programs(&["a"]);
    let run = tree.run(&["-d", ".", "-o", "-"]).expect(0);
    assert_eq!(run.stdout, format!("{} SHA256 {ABC} direct, file\n", tree.name("a")));
}

#[test]
fn an_unknown_algorithm_is_named_with_the_known_ones() {
    let tree = Tree::with_programs(&["a"]);
    tree.run(&["-d", ".", "-t", "sha-\x1b", "-o", "S"]).expect(1).complains(
        "No such hash algorithm (sha-\\x1b); expected one of ",
        "MD5, SHA1, RMD160, SHA256, SHA384, SHA512",
    );
    assert!(!tree.path("S").exists());
}

#[test]
fn engines_are_listed_and_make_the_same_list() {
    let tree = Tree::new();
    for index in 0..40_usize {
        tree.file(index.to_string(), vec![index as u8; index * 4099], 0o755);
    }
    for algorithm in ["md5", "SHA1", "rmd160", "sha256", "sha384", "sha512"] {
        let known = tree.run(&["--engine", "list", "-t", algorithm]).expect(0).stdout;
        assert!(known.starts_with("auto\nportable\n"), "{known}");
        let without = tree.run(&["-t", algorithm, "-d", ".", "-o", "-"]).expect(0).stdout;
        assert_eq!(without.lines().count(), 40);
        for engine in known.lines() {
            let arguments = ["--engine", engine, "-t", algorithm, "-d", ".", "-o", "-"];
            assert_eq!(tree.run(&arguments).expect(0).stdout, without, "{engine}");
        }
    }
}

#[test]
fn an_unknown_engine_is_named_with_the_known_ones() {
    let tree = Tree::with_programs(&["a"]);
    tree.run(&["-d", ".", "-t", "rmd160", "--engine", "sha-ni x\x1b", "-o", "S"])
        .expect(1)
        .complains(
            "This machine has no such engine for RMD160 (sha-ni x\\x1b); expected one of auto, portable",
            "",
        );
    assert!(!tree.path("S").exists());
}

#[test]
fn digests_are_those_of_sha256sum() {
    let tree = Tree::new();
    for len in [0, 1, 55, 56, 63, 64, 65, 4096, 131_071, 131_072, 131_073, 1_000_000] {
        let content: Vec<u8> =
            (0..len).map(|at: u32| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        tree.file(format!("{len:07}"), content, 0o644);
    }
    let names: Vec<_> = tree.held("").into_iter().map(|(name, _)| tree.name(&name)).collect();
    let sums = Command::new("sha256sum").arg("--").args(&names).output();
    let sums = Run::of(&sums.expect("needs sha256sum, of coreutils")).expect(0);
    let sums: Vec<_> = sums.stdout.lines().filter_map(|line| line.split(' ').next()).collect();
    let list = tree.list(&["-a", "-d", "."]);
    let digests: Vec<_> = list.iter().map(|entry| entry.fingerprint().to_string()).collect();
    assert_eq!(digests, sums);
}

#[test]
fn the_list_is_the_same_for_any_number_of_threads() {
    let tree = Tree::new();
    for index in 0..300_usize {
        let content = vec![index as u8; index * index % 70_000];
        tree.file(format!("{}/{}", index % 7, index), content, 0o755);
    }
    let list = |threads| tree.run(&["-r", "-d", ".", "--threads", threads, "-o", "-"]).expect(0);
    let one = list("1").stdout;
    assert_eq!(one.lines().count(), 300);
    let mut sorted: Vec<_> = one.lines().collect();
    sorted.sort_unstable();
    assert_eq!(one.lines().collect::<Vec<_>>(), sorted);
    assert_eq!(list("2").stdout, one);
    assert_eq!(list("9").stdout, one);
}

#[test]
fn the_header_says_when_and_is_the_same_for_the_same_epoch() {
    let tree = Tree::with_programs(&["a"]);
    let mut command = tree.command();
    command.env("SOURCE_DATE_EPOCH", "1795251600").args(["-T", "-d", ".", "-o", "-"]);
    let run = Run::of(&command.output().unwrap()).expect(0);
    let (header, list) = run.stdout.split_once('\n').unwrap();
    assert!(header.starts_with("# Generated by "), "{header}");
    assert!(header.ends_with(", Sat Nov 21 09:00:00 2026"), "{header}");
    assert_eq!(list, format!("{} SHA256 {ABC} direct, file\n", tree.name("a")));

    let now = tree.run(&["-T", "-d", ".", "-o", "-"]).expect(0).stdout;
    let year = now.lines().next().and_then(|line| line.rsplit(' ').next()).unwrap();
    assert!(year.parse::<u32>().unwrap() >= 2026, "{now}");

    command.env("SOURCE_DATE_EPOCH", "yesterday");
    Run::of(&command.output().unwrap()).expect(1).complains("SOURCE_DATE_EPOCH is not", "unset it");
}

#[test]
fn a_prefix_is_taken_off_by_whole_components() {
    let tree = Tree::with_programs(&["root/bin/a", "rooted/b"]);
    let named = |prefix: &str| {
        let run = tree.run(&["-r", "-d", "root", "-p", prefix, "-o", "-"]).expect(0);
        run.stdout.split(' ').next().unwrap_or_default().to_owned()
    };
    assert_eq!(named(&tree.name("root")), "/bin/a");
    assert_eq!(named(&tree.name("root///")), "/bin/a");
    assert_eq!(named("root"), "/bin/a");
    assert_eq!(named("root/../root"), "/bin/a");
    assert_eq!(named("/"), tree.name("root/bin/a"));
    tree.link("root", "link");
    assert_eq!(named("link"), "/bin/a");

    let missed = format!("`{}' is not below the prefix ", tree.name("rooted/b"));
    tree.run(&["-r", "-d", ".", "-p", "root", "-o", "S"]).expect(1).complains(&missed, "root'");
    assert!(!tree.path("S").exists());
    tree.run(&["-r", "-d", ".", "-p", "root", "-o", "S", "-W"]).expect(2).complains(&missed, "");
    assert_eq!(tree.text("S"), format!("/bin/a SHA256 {ABC} direct, file\n"));
}
