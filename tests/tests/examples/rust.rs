//! The Rust of the manual, as it stands there.
#![allow(unused_imports, reason = "a synopsis names more than an example needs")]

mod proplib_3 {
    use std::fs::File;
    use std::io::BufWriter;
    use std::path::Path;

    use proplib::xml::{ArrayWriter, IoSink};
    use proplib::{Array, Data, Dictionary, Number, Object, PropString};
    use proplib::{Format, Kind, Limits, Mode, ReadOptions};

    type Outcome = Result<(), Box<dyn std::error::Error>>;

    #[test]
    fn an_entry_is_sent_and_a_status_is_read() -> Outcome {
        let digest = [0; 32];
        let mut load = Dictionary::new();
        load.set_string(b"file", b"/lib/libc.so")?;
        load.set_string(b"fp-type", b"SHA256")?;
        load.set_data(b"fp", digest)?;
        load.set_unsigned(b"entry-type", 6)?;
        let request = load.externalize_message()?;
        assert!(request.ends_with(b"\0"), "as the driver takes it");
        let mut reply = Dictionary::new();
        reply.set_unsigned(b"status", 2)?;
        let reply = reply.externalize_message()?;
        let reply = Dictionary::internalize_reply(&reply)?;
        let status = reply.get_u8(b"status");
        assert_eq!(status, Some(2));
        Ok(())
    }

    #[test]
    fn an_array_is_written_piece_by_piece() -> Outcome {
        let directory = tempfile::tempdir()?;
        let entries = [Ok::<_, std::io::Error>(Dictionary::new())];
        let path = directory.path().join("dump.plist");
        write(&path, entries)?;
        let written = Array::internalize(&std::fs::read(path)?)?;
        assert_eq!(written.len(), 1);
        Ok(())
    }

    fn write(
        path: &Path,
        entries: impl IntoIterator<Item = std::io::Result<Dictionary>>,
    ) -> Outcome {
        let file = BufWriter::new(File::create(path)?);
        let mut writer = ArrayWriter::new(IoSink(file));
        for entry in entries {
            writer.push(&entry?.into())?;
        }
        writer.finish()?;
        Ok(())
    }

    #[test]
    fn the_property_list_of_another_system_is_read() -> Outcome {
        let text = *b"<plist version=\"1.0\"><dict><key>a</key><true></true></dict></plist>";
        let mode = Mode::Tolerant;
        let tolerant = ReadOptions { mode, ..ReadOptions::default() };
        let settings = Dictionary::internalize_with(&text, &tolerant)?;
        assert_eq!(settings.len(), 1);
        Ok(())
    }
}

mod veriexec_9 {
    use veriexec::{Action, Operation, Step, Ticket, Verdict};
    use veriexec::{FileId, FileKind, Located, Platform, Veriexec};
}
