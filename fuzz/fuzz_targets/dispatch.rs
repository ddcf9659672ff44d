//! Fuzzes the driver's dispatch of requests.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| veriexec_fuzz::dispatch(data));
