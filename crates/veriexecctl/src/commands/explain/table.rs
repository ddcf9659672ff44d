//! The answers as a table for people: a column for each level.

use veriexec::StrictLevel;

use super::row::{Answer, Row};

/// Draws rows below a line of levels.
pub(super) fn draw(text: &mut String, levels: &[StrictLevel], rows: &[Row]) {
    let width = rows.iter().map(|row| row.label.chars().count()).max().unwrap_or(0);
    let mut line = format!("{:width$}", "");
    for level in levels {
        line.push_str(&format!("  {:7}", level.number()));
    }
    push(text, &line);
    for Row { label, answers, .. } in rows {
        let mut line = format!("{label:width$}");
        for answer in answers {
            line.push_str(match answer.ruling.is_allowed() {
                Some(true) => "  allowed",
                Some(false) => "  denied ",
                None => "  unknown",
            });
        }
        line.push_str("  ");
        line.push_str(&reasons(answers));
        push(text, &line);
    }
}

fn push(text: &mut String, line: &str) {
    text.push_str(line.trim_end());
    text.push('\n');
}

/// Each reason once, with the levels that it is for if those are not all.
fn reasons(answers: &[Answer]) -> String {
    let mut reasons: Vec<(&str, Vec<u8>)> = Vec::new();
    for Answer { level, ruling } in answers {
        let (number, reason) = (level.number(), ruling.reason.as_str());
        if reason.is_empty() {
            continue;
        }
        match reasons.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, levels)) => levels.push(number),
            None => reasons.push((reason, vec![number])),
        }
    }
    let one = |(reason, levels): &(&str, Vec<u8>)| match (&levels[..], levels.len()) {
        (_, count) if count == answers.len() => (*reason).to_owned(),
        ([only], _) => format!("{only}: {reason}"),
        ([first, .., last], _) => format!("{first}-{last}: {reason}"),
        ([], _) => String::new(),
    };
    reasons.iter().map(one).collect::<Vec<_>>().join("; ")
}
