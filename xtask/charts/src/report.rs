//! What a chart shows of a report: of each tree, how long each tool took.

use anyhow::{Context, Result, ensure};

/// A tree, and the tools that went over it.
#[derive(Debug, PartialEq)]
pub(crate) struct Tree {
    pub(crate) title: String,
    pub(crate) tools: Vec<Tool>,
}

/// A tool, and the seconds that passed until it was done.
#[derive(Debug, PartialEq)]
pub(crate) struct Tool {
    pub(crate) name: String,
    pub(crate) seconds: f64,
}

/// How the tables begin that are of tools; the first of each tree is with all files in memory.
const HEAD: &str = "| tool | wall, s |";

/// The trees of a report, with the tables that come first.
///
/// # Errors
/// When there are none, or a time is no number.
pub(crate) fn trees(report: &str) -> Result<Vec<Tree>> {
    let mut trees = Vec::new();
    for section in report.split("\n## ").skip(1) {
        let (title, text) = section.split_once('\n').unwrap_or((section, ""));
        let Some((_, table)) = text.split_once(HEAD) else { continue };
        // What is left of the head, and the line below it.
        let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
        let tools = rows.map(tool).collect::<Result<Vec<_>>>().with_context(|| title.to_owned())?;
        ensure!(!tools.is_empty(), "{title}: no tools");
        trees.push(Tree { title: title.to_owned(), tools });
    }
    ensure!(!trees.is_empty(), "no table of tools");
    Ok(trees)
}

fn tool(row: &str) -> Result<Tool> {
    let mut cells = row.trim_matches('|').split('|').map(str::trim);
    let name = cells.next().unwrap_or_default();
    let seconds = cells.next().unwrap_or_default();
    let seconds: f64 = seconds.parse().with_context(|| format!("{name}: {seconds:?}"))?;
    ensure!(seconds.is_finite() && seconds >= 0.0, "{name}: {seconds} is no time");
    // How a tool is given its files is told by the report, and too long for a chart.
    let name = name.replace(", xargs", "");
    Ok(Tool { name, seconds })
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPORT: &str = "# A title\n\nWords.\n\n## Some: 2 files\n\nFloor: 1 s.\n\n\
        | tool | wall, s | CPU, s |\n|---|--:|--:|\n| veriexecgen | 0.50 | 0.97 |\n\
        | b3sum, xargs (BLAKE3) | 1.87 | 3.62 |\n\nWith an empty cache:\n\n\
        | tool | wall, s | CPU, s |\n|---|--:|--:|\n| veriexecgen | 2.47 | 3.41 |\n\n\
        ## Many files\n\n| files | seconds |\n|--:|--:|\n| 10 | 1 |\n";

    fn one(name: &str, seconds: f64) -> Tool {
        Tool { name: name.to_owned(), seconds }
    }

    #[test]
    fn the_first_table_of_each_tree_counts() {
        let tools = vec![one("veriexecgen", 0.5), one("b3sum (BLAKE3)", 1.87)];
        let title = "Some: 2 files".to_owned();
        assert_eq!(trees(REPORT).unwrap(), [Tree { title, tools }]);
    }

    #[test]
    fn a_report_without_times_is_none() {
        assert!(trees("").is_err());
        assert!(trees("\n## Many files\n\n| files |\n").is_err());
        assert!(trees(&REPORT.replace("1.87", "fast")).is_err());
        assert!(trees(&REPORT.replace("1.87", "NaN")).is_err());
        assert!(trees("\n## T\n| tool | wall, s |\n|--|--|\n").is_err(), "a table without rows");
    }
}
