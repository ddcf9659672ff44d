//! Fuzzes proplib's XML reader in the tolerant mode.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| veriexec_fuzz::xml_tolerant(data));
