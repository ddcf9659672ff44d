//! Fuzzes proplib's readers of arrays element by element.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| veriexec_fuzz::xml_stream(data));
