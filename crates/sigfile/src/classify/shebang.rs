//! The first line of a script, as Linux reads it.

/// So many bytes of a file are looked at when it is executed, `BINPRM_BUF_SIZE`; where a file holds
/// fewer, they are followed by NULs.
const LOOKED_AT: usize = 256;

/// The name of the interpreter after `#!`; `None` if the kernel takes the file for no script.
///
/// Blanks and tabs before the name are passed over; it ends with a blank, a tab, a newline or a NUL,
/// and with nothing else: a carriage return is a part of it. It may be empty, and it may be relative
/// to the directory in which the script is executed. A line that is longer than what is looked at
/// must have an end of the name in it, or the name may have been cut off, and nothing is executed.
pub(super) fn interpreter(beginning: &[u8]) -> Option<Vec<u8>> {
    let mut looked_at = [0; LOOKED_AT];
    let known = beginning.get(..LOOKED_AT).unwrap_or(beginning);
    looked_at.get_mut(..known.len())?.copy_from_slice(known);
    let line = looked_at.strip_prefix(b"#!")?;
    // The kernel looks for the newline no further than the first NUL.
    let end = line.iter().position(|byte| matches!(byte, b'\n' | 0));
    let newline = end.filter(|end| line.get(*end) == Some(&b'\n'));
    let line = newline.and_then(|end| line.get(..end)).unwrap_or(line);
    let start = line.iter().position(|byte| !is_blank(*byte))?;
    let name = line.get(start..)?;
    match name.iter().position(|byte| is_blank(*byte) || *byte == 0) {
        Some(end) => name.get(..end).map(<[u8]>::to_vec),
        None => newline.map(|_| name.to_vec()),
    }
}

const fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    use super::*;

    fn named(beginning: &str) -> Option<String> {
        interpreter(beginning.as_bytes()).map(|name| String::from_utf8(name).unwrap())
    }

    #[test]
    fn names_end_where_they_do_for_the_kernel() {
        for line in [
            "#!/bin/sh\n",
            "#! \t/bin/sh -e\n",
            "#!/bin/sh",
            "#!/bin/sh\tx",
            "#!/bin/sh\0x\n",
            "#!/bin/sh \r\n",
            "#!/bin/sh\n\0",
        ] {
            assert_eq!(named(line).as_deref(), Some("/bin/sh"), "{line:?}");
        }
        for (line, name) in [
            ("#!/bin/sh\r\n", "/bin/sh\r"),
            ("#!/bin/sh\r", "/bin/sh\r"),
            ("#!\r\n", "\r"),
            ("#!/bin/sh\x0b\x0c-e\n", "/bin/sh\x0b\x0c-e"),
            ("#!/bin/\u{a0}sh\n", "/bin/\u{a0}sh"),
            ("#!sh -e\n", "sh"),
            ("#!./sh\n", "./sh"),
            ("#!/\n", "/"),
            ("#!", ""),
            ("#! ", ""),
            ("#!\0/bin/sh\n", ""),
            ("#! \0\n", ""),
        ] {
            assert_eq!(named(line).as_deref(), Some(name), "{line:?}");
        }
        for line in ["", "#", "#!\n/bin/sh", "#! \t \n/bin/sh\n", "# !/bin/sh\n", " #!/bin/sh\n"] {
            assert_eq!(named(line), None, "{line:?}");
        }
    }

    #[test]
    fn a_name_that_may_be_cut_is_none() {
        let name = |length: usize| format!("/{}", "x".repeat(length - 1));
        // The name, the two bytes before it, and its end must be within what is looked at.
        for end in ["\n", " ", "\t", "\0", " -x\n"] {
            assert_eq!(named(&format!("#!{}{end}", name(253))), Some(name(253)), "{end:?}");
            assert_eq!(named(&format!("#!{}{end}", name(254))), None, "{end:?}");
        }
        assert_eq!(named(&format!("#!{}", name(253))), Some(name(253)));
        assert_eq!(named(&format!("#!{}", name(254))), None);
        // Arguments may be cut.
        let arguments = "x".repeat(1000);
        assert_eq!(named(&format!("#!/bin/sh {arguments}\n")), Some("/bin/sh".into()));
        assert_eq!(named(&format!("#!{}/bin/sh\n", " ".repeat(253))), None);
        assert_eq!(named(&format!("#!{}/bin/sh\n", " ".repeat(245))), Some("/bin/sh".into()));
    }

    /// What the kernel says to a script that has this line, with a program of that name beside it.
    #[cfg(target_os = "linux")]
    fn kernels_word(line: &[u8], program: Option<&str>) -> Result<i32, i32> {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let dir = tempfile::tempdir().unwrap();
        let script = dir.path().join("script");
        std::fs::write(&script, line).unwrap();
        std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
        if let Some(program) = program {
            symlink("/bin/true", dir.path().join(program)).unwrap();
        }
        // The shell that would take a refused file for a script of its own is not asked.
        let ended = std::process::Command::new("./script").current_dir(dir.path()).status();
        match ended {
            Ok(status) => Ok(status.code().unwrap()),
            Err(error) => Err(error.raw_os_error().unwrap()),
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_kernel_reads_lines_no_other_way() {
        const ENOENT: i32 = 2;
        const EACCES: i32 = 13;
        const ENOEXEC: i32 = 8;
        let long = |name: usize, end: &str| {
            format!("#!{}{}{end}", "./".repeat(100), "x".repeat(name - 200))
        };
        for line in [
            "#!true\n",
            "#! \ttrue -e\n",
            "#!true",
            "#!true\r\n",
            "#!true\r",
            "#!true\0x\n",
            "#!true\x0bx\n",
            "#!\r\n",
            "#!",
            "#! ",
            "#!\n",
            "#! \t\n",
            "#!\0\n",
            &long(253, "\n"),
            &long(253, ""),
            &long(253, " x\n"),
            &long(254, "\n"),
            &long(254, ""),
            &long(254, " x\n"),
            &format!("#!{}true\n", " ".repeat(249)),
            &format!("#!{}true\n", " ".repeat(250)),
        ] {
            let name = named(line);
            let file = name.as_deref().map(|name| name.rsplit('/').next().unwrap_or_default());
            let file = file.filter(|file| !file.is_empty());
            let expected = match (&name, file) {
                (None, _) => Err(ENOEXEC),
                // No name at all is that of the directory.
                (Some(_), None) => Err(EACCES),
                (Some(_), Some(_)) => Ok(0),
            };
            assert_eq!(kernels_word(line.as_bytes(), file), expected, "{line:?}");
            if file.is_some() {
                assert_eq!(kernels_word(line.as_bytes(), None), Err(ENOENT), "{line:?}");
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            failure_persistence: None,
            rng_seed: RngSeed::Fixed(1),
            ..ProptestConfig::default()
        })]

        #[test]
        fn no_name_holds_what_ends_it(rest in prop::collection::vec(any::<u8>(), 0..400)) {
            let beginning = [b"#!", &*rest].concat();
            if let Some(name) = interpreter(&beginning) {
                prop_assert!(!name.iter().any(|byte| matches!(byte, b' ' | b'\t' | b'\n' | 0)));
                prop_assert!(name.len() < LOOKED_AT - 2);
                let blanks = beginning.get(2..).unwrap_or_default();
                let start = blanks.iter().position(|byte| !is_blank(*byte)).unwrap_or(rest.len());
                prop_assert!(rest.get(start..).unwrap_or_default().starts_with(&name));
            }
        }
    }
}
