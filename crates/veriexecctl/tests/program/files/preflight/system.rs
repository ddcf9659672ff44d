//! A system below a root, made of small files, and a list of what it needs.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at once")]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;

use fingerprint::{Algorithm, Hasher};

use crate::harness::elf::elf;
use crate::harness::machine::{Machine, Run};

/// What can be done with files, beside being opened.
pub(super) const PROGRAM: &str = "direct, file";
pub(super) const SCRIPT: &str = "direct, file";
pub(super) const LIBRARY: &str = "indirect, file";
pub(super) const INTERPRETER: &str = "direct, indirect, file";

pub(super) struct System {
    pub(super) machine: Machine,
    /// The loader that its programs name.
    loader: &'static str,
    /// The library that all its programs need.
    libc: &'static str,
    /// What must be listed, and for what.
    pub(super) vital: BTreeMap<String, &'static str>,
}

impl System {
    /// One with a loader, a shell, and the library of both in a place of its own.
    pub(super) fn new(loader: &'static str, libc: (&'static str, &'static str)) -> Self {
        let system = Self { machine: Machine::new(), loader, libc: libc.0, vital: BTreeMap::new() };
        let mut system = system;
        for directory in ["usr/bin", "usr/sbin", "usr/lib", "usr/lib64"] {
            fs::create_dir_all(system.machine.path("root").join(directory)).unwrap();
        }
        for directory in ["bin", "sbin", "lib", "lib64"] {
            system.link(&format!("/{directory}"), &format!("usr/{directory}"));
        }
        system.library(loader, &[], None);
        if libc.1 != loader {
            system.library(libc.1, &[], None);
        }
        system.data("/etc/passwd", "root:x:0:0:root:/root:/bin/sh\n");
        system
    }

    /// A file that need not be listed below level 3.
    pub(super) fn data(&self, path: &str, text: &str) {
        self.machine.file(format!("root{path}"), text, 0o644);
    }

    pub(super) fn link(&self, path: &str, target: &str) {
        let place = self.machine.path(format!("root{path}"));
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        symlink(target, place).unwrap();
    }

    pub(super) fn vital(&mut self, path: &str, contents: impl AsRef<[u8]>, flags: &'static str) {
        self.machine.file(format!("root{path}"), contents, 0o755);
        self.vital.insert(path.to_owned(), flags);
    }

    pub(super) fn program(&mut self, path: &str) {
        self.program_with(path, &[], None);
    }

    /// A program that needs more than libc.
    pub(super) fn program_with(&mut self, path: &str, needed: &[&str], runpath: Option<&str>) {
        let needed = [&[self.libc], needed].concat();
        self.vital(path, elf(Some(self.loader), &needed, runpath), PROGRAM);
    }

    pub(super) fn library(&mut self, path: &str, needed: &[&str], runpath: Option<&str>) {
        self.vital(path, elf(None, needed, runpath), LIBRARY);
    }

    pub(super) fn script(&mut self, path: &str, text: &str) {
        self.vital(path, text, SCRIPT);
    }

    /// Lists everything vital but one file.
    pub(super) fn sign_without(&self, left_out: Option<&str>) {
        let line = |(path, flags): (&String, &&str)| {
            let content = fs::read(self.machine.path(format!("root{path}"))).unwrap();
            format!("{path} SHA256 {} {flags}\n", Hasher::digest(Algorithm::Sha256, &content))
        };
        let listed = self.vital.iter().filter(|(path, _)| left_out != Some(path.as_str()));
        fs::write(self.machine.path("S"), listed.map(line).collect::<String>()).unwrap();
    }

    pub(super) fn preflight(&self, options: &[&str]) -> Run {
        let arguments = ["preflight", "--signatures", "S", "--root", "root"];
        self.machine.run(&[&arguments, options].concat())
    }

    /// What is vital and would be denied while a file is not there.
    pub(super) fn without(&self, path: &str) -> Vec<String> {
        let place = self.machine.path(format!("root{path}"));
        let aside = self.machine.path("aside");
        fs::rename(&place, &aside).unwrap();
        let run = self.preflight(&[]);
        fs::rename(&aside, &place).unwrap();
        run.stdout.lines().filter(|line| line.starts_with("vital: ")).map(str::to_owned).collect()
    }

    /// Insists that the list of everything vital is good, and that without any file of it that one
    /// is named, and nothing else is; says how many there are.
    pub(super) fn locks_out(&self) -> usize {
        self.sign_without(None);
        self.preflight(&[]).done();
        for path in self.vital.keys() {
            self.sign_without(Some(path));
            let run = self.preflight(&[]).expect(1);
            let vital: Vec<_> =
                run.stdout.lines().filter(|line| line.starts_with("vital: ")).collect();
            let [line] = vital[..] else { panic!("without {path}: {run:#?}") };
            assert!(line.starts_with(&format!("vital: {path}: not listed")), "{line}");
        }
        self.vital.len()
    }
}
