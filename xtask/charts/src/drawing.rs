//! The chart: a panel for each tree, in each a bar for each tool, the fastest first.

use anyhow::{Context, Result, anyhow};
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::report::{Tool, Tree};

/// Width and height of a panel; two stand side by side.
const PANEL: (u32, u32) = (520, 300);
/// What is above all panels, for the title.
const TOP: u32 = 44;
/// From the left edge of a panel to where its bars begin: the names.
const NAMES: i32 = 150;
/// How many characters have room there.
const LONGEST_NAME: usize = 16;
/// From the end of the longest bar to the right edge: its seconds.
const SECONDS: i32 = 60;
/// From the upper edge of a panel to the first bar: the title.
const TITLE: i32 = 34;
/// From one bar to the next, and how thick one is.
const ROW: i32 = 28;
const BAR: i32 = 18;

/// The ground is painted too, so that it can be read wherever it is put.
const GROUND: RGBColor = RGBColor(251, 252, 253);
const INK: RGBColor = RGBColor(28, 39, 51);
const FAINT: RGBColor = RGBColor(65, 80, 95);
const OURS: RGBColor = RGBColor(47, 109, 181);
const OTHERS: RGBColor = RGBColor(168, 180, 192);

const OUR_NAME: &str = "veriexecgen";

/// Draws the trees, as SVG.
///
/// # Errors
/// When there is none.
pub(crate) fn draw(trees: &[Tree]) -> Result<String> {
    let rows = u32::try_from(trees.len().div_ceil(2)).context("too many trees")?;
    let size = (PANEL.0 * 2, TOP + PANEL.1 * rows);
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, size).into_drawing_area();
        area.fill(&GROUND).map_err(failed)?;
        let title =
            "Seconds to fingerprint every file of a tree with SHA-256, from memory: less is better";
        text(&area, title, (20, 22), &font(17, INK), HPos::Left)?;
        let (_, below) = area.split_vertically(TOP);
        for (panel, tree) in below.split_evenly((rows as usize, 2)).iter().zip(trees) {
            draw_tree(panel, tree)?;
        }
        area.present().map_err(failed)?;
    }
    if !svg.ends_with('\n') {
        svg.push('\n');
    }
    Ok(svg)
}

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

fn draw_tree(panel: &Area<'_>, tree: &Tree) -> Result<()> {
    text(panel, &tree.title, (20, TITLE / 2), &font(15, INK), HPos::Left)?;
    let mut tools: Vec<&Tool> = tree.tools.iter().collect();
    tools.sort_by(|one, other| one.seconds.total_cmp(&other.seconds));
    let longest = tools.last().map_or(1.0, |tool| tool.seconds).max(f64::MIN_POSITIVE);
    let room = f64::from(PANEL.0) - f64::from(NAMES + SECONDS);
    for (top, tool) in (TITLE..).step_by(ROW as usize).zip(tools) {
        let middle = top + BAR / 2;
        let end = NAMES + (tool.seconds / longest * room).round() as i32;
        let is_ours = tool.name == OUR_NAME;
        let color = if is_ours { OURS } else { OTHERS };
        let bar = Rectangle::new([(NAMES, top), (end, top + BAR)], color.filled());
        panel.draw(&bar).map_err(failed)?;
        let ink = if is_ours { OURS } else { INK };
        let name = short(&tool.name);
        text(panel, name, (NAMES - 8, middle), &font(14, ink), HPos::Right)?;
        let seconds = format!("{:.2}", tool.seconds);
        let ink = if is_ours { OURS } else { FAINT };
        text(panel, &seconds, (end + 6, middle), &font(13, ink), HPos::Left)?;
    }
    Ok(())
}

/// A name without what it has in brackets, which is in the report, unless there is room for it.
fn short(name: &str) -> &str {
    if name.chars().count() <= LONGEST_NAME {
        name
    } else {
        name.split(" (").next().unwrap_or(name)
    }
}

fn font(size: i32, color: RGBColor) -> TextStyle<'static> {
    ("sans-serif", size).into_font().color(&color)
}

fn text(
    area: &Area<'_>,
    text: &str,
    at: (i32, i32),
    style: &TextStyle<'_>,
    side: HPos,
) -> Result<()> {
    let style = style.pos(Pos::new(side, VPos::Center));
    area.draw_text(text, &style, at).map_err(failed)
}

/// The error of a backend, which cannot be sent to another thread.
fn failed(error: impl std::fmt::Display) -> anyhow::Error {
    anyhow!("cannot draw: {error}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(tools: &[(&str, f64)]) -> Tree {
        let tool = |(name, seconds): &(&str, f64)| Tool { name: (*name).into(), seconds: *seconds };
        Tree { title: "A <tree>".into(), tools: tools.iter().map(tool).collect() }
    }

    #[test]
    fn every_tool_has_its_bar_and_its_seconds() {
        let tools = [("slow (as none of the others is)", 4.0), (OUR_NAME, 1.0), ("b (B3)", 2.0)];
        let svg = draw(&[tree(&tools)]).unwrap();
        for text in ["A &lt;tree&gt;", "slow\n", "veriexecgen\n", "b (B3)\n", "4.00\n", "1.00\n"] {
            assert!(svg.contains(text), "{text:?} is not in {svg}");
        }
        assert!(svg.find("veriexecgen\n") < svg.find("slow\n"), "the fastest first");
        assert!(!svg.contains("none of the others"), "{svg}");
    }

    #[test]
    fn nothing_but_zeroes_can_be_drawn() {
        assert!(draw(&[tree(&[("one", 0.0), ("other", 0.0)])]).is_ok());
    }
}
