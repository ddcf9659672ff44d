//! Every input that a fuzz target is known to be worth trying on, on a stable toolchain.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop at once")]

use std::fs;
use std::path::Path;

fn replay(name: &str, target: fn(&[u8])) {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(name);
    let mut count = 0;
    for file in fs::read_dir(&corpus).expect("the corpus is kept") {
        target(&fs::read(file.unwrap().path()).unwrap());
        count += 1;
    }
    assert!(count > 0, "the corpus of {name} is empty");
}

#[test]
fn xml() {
    replay("xml", veriexec_fuzz::xml);
}

#[test]
fn json() {
    replay("json", veriexec_fuzz::json);
}

#[test]
fn signatures() {
    replay("signatures", veriexec_fuzz::signatures);
}

#[test]
fn dispatch() {
    replay("dispatch", veriexec_fuzz::dispatch);
}

#[test]
fn xml_tolerant() {
    replay("xml_tolerant", veriexec_fuzz::xml_tolerant);
}

#[test]
fn xml_stream() {
    replay("xml_stream", veriexec_fuzz::xml_stream);
}
