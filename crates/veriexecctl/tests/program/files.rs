//! The commands that look at files and lists.

mod agreement;
mod difference;
mod explain;
mod lint;
mod preflight;
mod unreadable;
mod verify;
