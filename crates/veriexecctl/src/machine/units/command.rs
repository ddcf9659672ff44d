//! A command line of a unit, as systemd.service(5) has it.

/// What one command executes and what it hands over, before specifiers are replaced.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Command {
    pub(super) program: Vec<u8>,
    pub(super) arguments: Vec<Vec<u8>>,
    /// Whether the unit goes on if it fails, as it does where the program is not there.
    pub(super) may_fail: bool,
}

impl Command {
    /// The commands of a setting: `;` stands between them.
    pub(super) fn parse(value: &[u8]) -> Vec<Self> {
        let words = words(value);
        let commands = words.split(|word| word == b";");
        commands.filter_map(Self::of_words).collect()
    }

    fn of_words(words: &[Vec<u8>]) -> Option<Self> {
        let (first, rest) = words.split_first()?;
        let start = first.iter().position(|byte| !b"-@:+!|".contains(byte))?;
        let (prefixes, program) = first.split_at_checked(start)?;
        // What follows `@` is a name for the process.
        let rest = if prefixes.contains(&b'@') { rest.get(1..).unwrap_or_default() } else { rest };
        let may_fail = prefixes.contains(&b'-');
        Some(Self { program: program.to_vec(), arguments: rest.to_vec(), may_fail })
    }
}

/// The words of a command line, without quotes and with `\` before a byte taken away.
fn words(value: &[u8]) -> Vec<Vec<u8>> {
    let mut words = Vec::new();
    let mut word: Option<Vec<u8>> = None;
    let mut quote = None;
    let mut bytes = value.iter().copied();
    while let Some(byte) = bytes.next() {
        match (quote, byte) {
            (Some(open), _) if byte == open => quote = None,
            (None, b'"' | b'\'') => {
                quote = Some(byte);
                word.get_or_insert_default();
            }
            (_, b'\\') => {
                // Paths have no other escapes.
                let Some(next) = bytes.next() else { break };
                let word = word.get_or_insert_default();
                if next == b'x' {
                    word.push(b'\\');
                }
                word.push(next);
            }
            (None, _) if byte.is_ascii_whitespace() => words.extend(word.take()),
            _ => word.get_or_insert_default().push(byte),
        }
    }
    words.extend(word);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_are_no_part_of_a_program() {
        for (line, program, arguments) in [
            ("/bin/a", "/bin/a", ""),
            ("-/bin/a b  c", "/bin/a", "b c"),
            ("+!!/bin/a b", "/bin/a", "b"),
            ("-@/bin/a name b", "/bin/a", "b"),
            (":|/bin/a", "/bin/a", ""),
            ("\"/bin/a b\" 'c'", "/bin/a b", "c"),
            ("a\\ b c", "a b", "c"),
        ] {
            let [command] = &Command::parse(line.as_bytes())[..] else { panic!("{line}") };
            assert_eq!(command.program, program.as_bytes(), "{line}");
            assert_eq!(command.may_fail, line.starts_with('-'), "{line}");
            assert_eq!(command.arguments.join(&b' '), arguments.as_bytes(), "{line}");
        }
    }

    #[test]
    fn there_may_be_several_or_none() {
        let programs = |line: &[u8]| {
            let commands = Command::parse(line).into_iter();
            commands.map(|command| command.program).collect::<Vec<_>>()
        };
        assert_eq!(programs(b"/bin/a b ; -/bin/c"), [b"/bin/a".to_vec(), b"/bin/c".to_vec()]);
        for none in [&b""[..], b"  ", b"-", b"@-+", b";"] {
            assert_eq!(programs(none), Vec::<Vec<u8>>::new(), "{none:?}");
        }
    }
}
