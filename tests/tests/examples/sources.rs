//! Where examples are: README, whose code blocks are indented, and the pages of the manual, with
//! literal displays.

use std::fs;
use std::path::Path;

/// What a command of ours begins with.
pub(crate) const COMMANDS: [&str; 6] =
    ["veriexecgen", "veriexecctl", "veriexec-kmod", "cargo", "dkms", "systemctl"];

/// A text with examples.
pub(crate) struct Source {
    pub(crate) name: String,
    text: String,
}

impl Source {
    /// README, and every page of the manual.
    pub(crate) fn all(root: &Path) -> Vec<Self> {
        let mut names = vec!["README.md".to_owned()];
        for page in fs::read_dir(root.join("man")).unwrap() {
            names.push(format!("man/{}", page.unwrap().file_name().to_str().unwrap()));
        }
        names.sort();
        let read =
            |name: String| Self { text: fs::read_to_string(root.join(&name)).unwrap(), name };
        names.into_iter().map(read).collect()
    }

    fn is_page(&self) -> bool {
        self.name.starts_with("man/")
    }
}

/// The examples of a source, each with its lines as a reader sees them.
pub(crate) fn examples(source: &Source) -> Vec<String> {
    if source.is_page() { of_page(&source.text) } else { of_markdown(&source.text) }
}

fn of_page(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(line) = line.strip_prefix(".Dl ") {
            found.push(shown(line));
        } else if line.starts_with(".Bd ") {
            let display: Vec<_> =
                lines.by_ref().take_while(|line| *line != ".Ed").map(shown).collect();
            found.push(display.join("\n"));
        }
    }
    found
}

/// A line of a page without what roff takes for itself.
fn shown(line: &str) -> String {
    line.replace("\\&", "").replace("\\-", "-").replace("\\(aq", "'").replace("\\e", "\\")
}

fn of_markdown(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut block: Vec<&str> = Vec::new();
    for line in text.lines().chain([""]) {
        if let Some(line) = line.strip_prefix("    ") {
            block.push(line);
        } else if !block.is_empty() {
            found.push(block.join("\n"));
            block.clear();
        }
    }
    found
}

/// The commands that stand in a sentence.
pub(crate) fn inline_commands(source: &Source) -> Vec<String> {
    let quoted: Vec<String> = if source.is_page() {
        let literal = source.text.lines().filter_map(|line| line.strip_prefix(".Ql "));
        // Punctuation after a blank is not part of it.
        literal.map(|text| shown(text.trim_end_matches([' ', ',', '.', ';', ')']))).collect()
    } else {
        let prose: Vec<_> = source.text.lines().filter(|line| !line.starts_with("    ")).collect();
        prose.join(" ").split('`').skip(1).step_by(2).map(str::to_owned).collect()
    };
    quoted.into_iter().filter(|text| is_command(text)).collect()
}

/// Whether a text is a command with something behind its name.
fn is_command(text: &str) -> bool {
    let Some((name, _)) = text.split_once(' ') else { return false };
    // What is documentation of a crate's own is built by `cargo doc`, as all of it is.
    COMMANDS.contains(&name) && !text.starts_with("cargo doc ")
}

#[test]
fn displays_and_single_lines_of_a_page_are_found() {
    let page = ".Sh X\n.Dl veriexecctl lint \\&# now\ntext\n.Bd -literal -offset indent\na \\e\n  b\n\
                .Ed\n.Ql veriexecctl dump .\n.Ql #!\n";
    let source = Source { name: "man/x.8".into(), text: page.into() };
    assert_eq!(examples(&source), ["veriexecctl lint # now", "a \\\n  b"]);
    assert_eq!(inline_commands(&source), ["veriexecctl dump"]);
}

#[test]
fn blocks_and_quotes_of_markdown_are_found() {
    let text =
        "# T\n\nSay `cargo\nxtask try` or `ls`.\n\n    a\n    b\n\nText\n\n    c `cargo d`\n";
    let source = Source { name: "README.md".into(), text: text.into() };
    assert_eq!(examples(&source), ["a\nb", "c `cargo d`"]);
    assert_eq!(inline_commands(&source), ["cargo xtask try"]);
}
