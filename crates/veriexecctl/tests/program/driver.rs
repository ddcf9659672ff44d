//! The commands that use the driver.

mod large;
mod load;
mod replace;
mod settings;
mod simulate;
