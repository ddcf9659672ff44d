//! How the program answers, whatever is asked.

mod completions;
mod json;
mod manual;
pub(crate) mod output;
mod terminal;
