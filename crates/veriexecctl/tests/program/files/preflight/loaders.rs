//! Where each loader finds libraries, and what follows for a list.

use super::system::{INTERPRETER, System};
use crate::harness::elf::elf;

const GLIBC: &str = "/lib64/ld-linux-x86-64.so.2";
const TRIPLET: &str = "/usr/lib/x86_64-linux-gnu";

/// A system of a shell alone, with glibc in Debian's directories, and no ld.so.conf.
fn of_debian() -> System {
    let mut system = System::new(GLIBC, ("libc.so.6", "/usr/lib/x86_64-linux-gnu/libc.so.6"));
    system.vital.remove(GLIBC);
    system.library("/usr/lib64/ld-linux-x86-64.so.2", &[], None);
    system.vital("/usr/bin/sh", elf(Some(GLIBC), &["libc.so.6"], None), INTERPRETER);
    system
}

/// The names of what is not found.
fn missing(system: &System) -> Vec<String> {
    system.sign_without(None);
    let run = system.preflight(&[]);
    let names = run.stdout.lines().filter_map(|line| line.strip_prefix("vital: "));
    names.map(|line| line.split(": ").next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn f04_preflight_multiarch() {
    // Debian's own directories need no ld.so.conf.
    assert_eq!(of_debian().locks_out(), 3);
}

#[test]
fn directories_of_another_machine_are_not_searched() {
    let mut system = of_debian();
    system.program_with("/usr/bin/su", &["libother.so"], None);
    system.library("/usr/lib/aarch64-linux-gnu/libother.so", &[], None);
    assert_eq!(missing(&system), ["libother.so"]);
}

#[test]
fn glibc_does_not_hand_runpath_down_and_musl_does() {
    let mut system = of_debian();
    system.program_with("/usr/bin/su", &["libone.so"], Some("/opt/own"));
    system.library("/opt/own/libone.so", &["libtwo.so"], None);
    system.library("/opt/own/libtwo.so", &[], None);
    assert_eq!(missing(&system), ["libtwo.so"]);

    let musl = "/usr/lib/ld-musl-x86_64.so.1";
    let mut system = System::new(musl, ("libc.musl-x86_64.so.1", musl));
    system.vital(musl, elf(None, &[], None), "indirect, file");
    system.vital("/usr/bin/sh", elf(Some(musl), &["libc.so"], None), INTERPRETER);
    system.program_with("/usr/bin/su", &["libone.so"], Some("/opt/own"));
    system.library("/opt/own/libone.so", &["libtwo.so"], None);
    system.library("/opt/own/libtwo.so", &[], None);
    assert_eq!(missing(&system), [""; 0]);
}

#[test]
fn musl_searches_what_its_path_file_says_and_nothing_else() {
    let musl = "/usr/lib/ld-musl-x86_64.so.1";
    let mut system = System::new("/lib/ld-musl-x86_64.so.1", ("libc.so", musl));
    system.vital.remove("/lib/ld-musl-x86_64.so.1");
    system.vital(musl, elf(None, &[], None), "indirect, file");
    let shell = elf(Some("/lib/ld-musl-x86_64.so.1"), &["libc.so", "libone.so"], None);
    system.vital("/usr/bin/sh", shell, INTERPRETER);
    system.library("/usr/lib/libone.so", &[], None);
    assert_eq!(missing(&system), [""; 0]);
    system.data("/etc/ld.so.conf", "/usr/lib\n");
    system.data("/etc/ld-musl-x86_64.path", "/opt/lib\n");
    assert_eq!(missing(&system), ["libone.so"]);
    // The first file of the name is taken, whatever it is.
    system.data("/etc/ld-musl-x86_64.path", "/opt/lib:/usr/lib\n");
    assert_eq!(missing(&system), [""; 0]);
    system.data("/opt/lib/libone.so", "no library");
    assert_eq!(missing(&system), ["libone.so"]);
}

#[test]
fn variables_stand_for_directories() {
    let mut system = of_debian();
    system.program_with("/usr/bin/su", &["libone.so"], Some("/opt/$LIB/${PLATFORM}"));
    system.library("/opt/lib/x86_64-linux-gnu/x86_64/libone.so", &[], None);
    system.program_with("/usr/bin/sudo", &["libtwo.so"], Some("$ORIGIN/../lib/own:$ORIGINAL"));
    system.library("/usr/lib/own/libtwo.so", &[], None);
    assert_eq!(missing(&system), [""; 0]);
}

#[test]
fn each_variant_for_a_processor_counts() {
    let mut system = of_debian();
    system.program_with("/usr/bin/su", &["libone.so"], None);
    system.library(&format!("{TRIPLET}/libone.so"), &[], None);
    system.library(&format!("{TRIPLET}/glibc-hwcaps/x86-64-v2/libone.so"), &[], None);
    system.library(&format!("{TRIPLET}/glibc-hwcaps/x86-64-v4/libone.so"), &[], None);
    assert_eq!(system.locks_out(), 7);
}

#[test]
fn a_chain_of_interpreters_is_followed() {
    let mut system = of_debian();
    system.script("/usr/bin/sudo", "#!/usr/bin/outer -x\n");
    system.vital("/usr/bin/outer", "#! /usr/bin/inner\n", INTERPRETER);
    system.vital("/usr/bin/inner", elf(Some(GLIBC), &["libc.so.6"], None), INTERPRETER);
    assert_eq!(system.locks_out(), 6);
}
