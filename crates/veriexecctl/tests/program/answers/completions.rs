//! `completions`.
#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

use std::process::Command;

use crate::machine::Machine;

#[test]
fn every_shell_gets_a_script_that_names_every_command() {
    let machine = Machine::new();
    for shell in ["bash", "zsh", "fish"] {
        let script = machine.run(&["completions", shell]).done().stdout;
        for word in ["load", "delete", "query", "dump", "flush", "status", "verify", "lint"] {
            assert!(script.contains(word), "{shell}: {word}");
        }
    }
    machine.run(&["completions", "csh"]).expect(1);
}

#[test]
fn bash_completes_a_command_with_it() {
    let machine = Machine::new();
    let script = machine.run(&["completions", "bash"]).done().stdout;
    let trial = format!(
        "{script}\nCOMP_WORDS=(veriexecctl ver); COMP_CWORD=1; \
         _veriexecctl veriexecctl ver veriexecctl; echo \"${{COMPREPLY[*]}}\""
    );
    let output = Command::new("bash").args(["-c", &trial]).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "verbose verify\n", "{output:?}");
}
