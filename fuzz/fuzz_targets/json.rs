//! Fuzzes proplib's JSON reader.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| veriexec_fuzz::json(data));
