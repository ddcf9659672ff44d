//! The manual pages name everything that the program takes.
#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

use std::fs;
use std::path::Path;

use crate::program::run;

fn page(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../man").join(name)).unwrap()
}

#[test]
fn every_command_and_every_option_is_described() {
    let help = run(&["--help"]).stdout;
    let (_, commands) = help.split_once("Commands:\n").unwrap();
    let (commands, _) = commands.split_once("\n\n").unwrap();
    let commands: Vec<_> =
        commands.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(commands, ["load", "status", "unload", "boot", "help"]);
    let page = page("veriexec-kmod.8");
    for command in commands.into_iter().filter(|command| *command != "help") {
        assert!(page.contains(&format!("\n.It Cm {command}")), "{command} is not described");
        let help = run(&[command, "--help"]).stdout;
        let options = help.split([' ', ',', '\n']).filter_map(|word| word.strip_prefix("--"));
        for option in options.filter(|option| !option.is_empty()) {
            let named = |macros: &str| {
                let text = format!("{macros}-{option}");
                page.split(&text).skip(1).any(|rest| rest.starts_with([' ', '\n']))
            };
            assert!(named(".It Fl ") || named(" , "), "--{option} of {command} is not described");
        }
    }
}

#[test]
fn the_configuration_that_is_installed_is_the_default_and_described() {
    let installed = page("../dist/veriexec.conf");
    let page = page("veriexec.conf.5");
    let settings: Vec<_> = installed.lines().filter(|line| line.starts_with("veriexec_")).collect();
    let default = [
        "veriexec_strict=0",
        "veriexec_verbose=0",
        "veriexec_flags=\"-k\"",
        "veriexec_preflight=required",
        "veriexec_on_error=refuse",
    ];
    assert_eq!(settings, default);
    for setting in settings {
        let name = setting.split('=').next().unwrap();
        assert!(page.contains(&format!("\n.It Va {name}\n")), "{name} is not described");
    }
}
