//! Fuzzes the grammar of signatures files.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| veriexec_fuzz::signatures(data));
