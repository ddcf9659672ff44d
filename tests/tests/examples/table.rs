//! Each example of README and the manual, and where it is run.

/// Where an example is run.
pub(crate) enum Run {
    /// Here, in a sandbox; each of its commands ends with one of these.
    Here(&'static [i32]),
    /// In a guest, by the scenario `examples`, which has all of its lines.
    Guest,
    /// By a file of the repository that is run or compiled, which has all of its lines.
    In(&'static str),
    /// It is no command: what a program prints, a file, a declaration.
    Shown,
}

use Run::{Guest, Here, In, Shown};

const CI: &str = ".ci/run";
const RUST: &str = "tests/tests/examples/rust.rs";

/// The source, the example, and where it is run.
pub(crate) const TABLE: &[(&str, &str, Run)] = &[
    ("README.md", "cargo xtask try\ncargo xtask test", In(CI)),
    (
        "README.md",
        "target/quick/veriexecgen -W -r -d /usr/bin -o signatures\n\
         target/quick/veriexecctl --device mock:state -k load signatures\n\
         target/quick/veriexecctl --device mock:state query /usr/bin/env",
        Here(&[0, 2]),
    ),
    (
        "README.md",
        "cargo install --locked --path crates/veriexecgen\ncargo install --locked --path crates/veriexecctl",
        In(CI),
    ),
    (
        "README.md",
        "apt-get install rustc-web cargo-web rust-web-src   # where it is built\n\
         apt-get install dkms linux-headers-amd64           # where it is to run",
        In(CI),
    ),
    (
        "README.md",
        "cargo xtask dist target/dist            # programs, module sources, manual, systemd unit",
        In(CI),
    ),
    (
        "README.md",
        "cp -r target/dist/. /                    # /usr only, your configuration is not touched\n\
         dkms install veriexec/0.1.0              # compiles C alone\n\
         veriexec-kmod load                       # and proves that it enforces",
        Guest,
    ),
    ("README.md", "veriexecgen -W -r -d /usr -d /etc\nveriexecctl preflight --level 2", Guest),
    (
        "README.md",
        "cp /usr/share/veriexec/veriexec.conf /etc/\n\
         sed -i s/^veriexec_strict=.*/veriexec_strict=2/ /etc/veriexec.conf\n\
         systemctl enable veriexec",
        Guest,
    ),
    (
        "README.md",
        "systemctl disable veriexec\n\
         veriexec-kmod unload\n\
         dkms remove veriexec/0.1.0 --all\n\
         (cd target/dist && find . -type f -print0) | (cd / && xargs -0 rm -f)\n\
         rm -rf /usr/src/veriexec-0.1.0 /usr/share/veriexec\n\
         rm -rf /usr/share/doc/veriexec\n\
         rm -f /etc/veriexec.conf /etc/signatures /etc/signatures.old\n\
         systemctl daemon-reload",
        Guest,
    ),
    (
        "man/proplib.3",
        "use proplib::{Array, Data, Dictionary, Number, Object, PropString};\n\
         use proplib::{Format, Kind, Limits, Mode, ReadOptions};",
        In(RUST),
    ),
    (
        "man/proplib.3",
        "let mut load = Dictionary::new();\n\
         load.set_string(b\"file\", b\"/lib/libc.so\")?;\n\
         load.set_string(b\"fp-type\", b\"SHA256\")?;\n\
         load.set_data(b\"fp\", digest)?;\n\
         load.set_unsigned(b\"entry-type\", 6)?;\n\
         let request = load.externalize_message()?;\n\
         ...\n\
         let reply = Dictionary::internalize_reply(&reply)?;\n\
         let status = reply.get_u8(b\"status\");",
        In(RUST),
    ),
    (
        "man/proplib.3",
        "let file = BufWriter::new(File::create(path)?);\n\
         let mut writer = ArrayWriter::new(IoSink(file));\n\
         for entry in entries {\n    \
         writer.push(&entry?.into())?;\n\
         }\n\
         writer.finish()?;",
        In(RUST),
    ),
    (
        "man/proplib.3",
        "let mode = Mode::Tolerant;\n\
         let tolerant = ReadOptions { mode, ..ReadOptions::default() };\n\
         let settings = Dictionary::internalize_with(&text, &tolerant)?;",
        In(RUST),
    ),
    (
        "man/veriexec-kmod.8",
        "Veriexec: Mismatch. [/run/veriexec-self-test,\n\
         prog=/usr/sbin/veriexec-kmod pid=301, uid=0, gid=0]\n\
         denied in a self-test: execute, level=1, ...",
        Shown,
    ),
    (
        "man/veriexec-kmod.8",
        "cp -r target/dist/. /\n\
         dkms remove veriexec/0.1.0 --all\n\
         dkms install veriexec/0.1.0\n\
         veriexecgen --refresh -W -r /usr /etc",
        Guest,
    ),
    (
        "man/veriexec-kmod.8",
        "systemctl disable veriexec\n\
         veriexec-kmod unload\n\
         dkms remove veriexec/0.1.0 --all\n\
         (cd target/dist && find . -type f -print0) | (cd / && xargs -0 rm -f)\n\
         rm -rf /usr/src/veriexec-0.1.0 /usr/share/veriexec\n\
         rm -rf /usr/share/doc/veriexec\n\
         rm -f /etc/veriexec.conf /etc/signatures /etc/signatures.old\n\
         systemctl daemon-reload",
        Guest,
    ),
    ("man/veriexec-kmod.8", "dkms install veriexec/0.1.0\nveriexec-kmod load", Guest),
    (
        "man/veriexec-kmod.8",
        "veriexecgen -W -r -d /usr -d /etc\n\
         veriexecctl preflight --level 2\n\
         sed s/^veriexec_strict=.*/veriexec_strict=2/ \\\n    \
         /usr/share/veriexec/veriexec.conf >/etc/veriexec.conf\n\
         systemctl enable veriexec",
        Guest,
    ),
    (
        "man/veriexec.4",
        "struct plistref {\n\
         \tvoid\t*pref_plist;\t/* the text */\n\
         \tsize_t\t pref_len;\t/* its length, in bytes */\n\
         };",
        Shown,
    ),
    (
        "man/veriexec.4",
        "journalctl -k -p alert _KERNEL_SUBSYSTEM=veriexec\n\
         journalctl _AUDIT_TYPE=1800 _AUDIT_FIELD_VERDICT=denied _UID=0 |\n    \
         grep -v ' trial=1 '",
        Guest,
    ),
    (
        "man/veriexec.5",
        "# a program\n\
         /bin/ls SHA256 \\\n    \
         e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 direct\n\
         # a script is also opened, by its interpreter\n\
         /usr/local/bin/report SHA256 \\\n    \
         e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 script\n\
         # a name with a blank\n\
         /srv/My\\ File SHA256 \\\n    \
         e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 file",
        Shown,
    ),
    ("man/veriexec.8", "veriexecgen -W -r -d /usr -d /etc", Guest),
    ("man/veriexec.8", "veriexecctl lint", Guest),
    ("man/veriexec.8", "veriexecctl --device mock:/tmp/state -k load", Guest),
    (
        "man/veriexec.8",
        "veriexecctl --device mock:/tmp/state simulate --level 2 exec /usr/bin/env",
        Guest,
    ),
    ("man/veriexec.8", "veriexecctl preflight --level 2", Guest),
    (
        "man/veriexec.8",
        "veriexecgen --refresh -W -r /usr /etc\n\
         veriexecctl diff /etc/signatures.old /etc/signatures",
        Guest,
    ),
    (
        "man/veriexec.8",
        "Veriexec: No entry. [/tmp/x, prog=/usr/bin/dash pid=812, uid=1000,\n\
         gid=1000] denied: execute, level=2, parent=/usr/sbin/sshd ppid=801;\n\
         ask: veriexecctl explain /tmp/x",
        Shown,
    ),
    ("man/veriexec.8", "systemctl disable --now apt-daily-upgrade.timer", Guest),
    ("man/veriexec.8", "veriexecctl load --replace", Guest),
    ("man/veriexec.8", "veriexec-kmod boot", Guest),
    (
        "man/veriexec.9",
        "use veriexec::{Action, Operation, Step, Ticket, Verdict};\n\
         use veriexec::{FileId, FileKind, Located, Platform, Veriexec};",
        In(RUST),
    ),
    (
        "man/veriexec.conf.5",
        "veriexec_strict=2\nveriexec_verbose=0\nveriexec_flags=\"-k -e\"",
        Guest,
    ),
    ("man/veriexecctl.8", "/etc/signatures:12:8: warning: ... [trailing-comment]", Shown),
    ("man/veriexecctl.8", "contents: match, as the driver says; not readable here: ...", Shown),
    ("man/veriexecctl.8", "valid, as the driver says; not readable here: 3 files", Shown),
    (
        "man/veriexecctl.8",
        "veriexecgen -d /usr/bin -o signatures\n\
         veriexecctl --device mock:state -k load signatures\n\
         veriexecctl --device mock:state simulate --level 1 exec /usr/bin/env",
        Guest,
    ),
    (
        "man/veriexecctl.8",
        "veriexecgen -W -r -d /usr -d /etc\n\
         veriexecctl diff /etc/signatures.old /etc/signatures\n\
         veriexecctl load --replace",
        Guest,
    ),
    (
        "man/veriexecctl.8",
        "veriexecgen -a -r -W -d /usr -o signatures\n\
         veriexecctl preflight --level 3 --signatures signatures\n\
         veriexecctl explain --signatures signatures /usr/local/bin/tool",
        Guest,
    ),
    ("man/veriexecctl.8", "veriexecctl verify --unlisted /usr", Guest),
    ("man/veriexecctl.8", "veriexecctl verify -p /mnt --unlisted /usr /mnt/etc/signatures", Guest),
    ("man/veriexecgen.8", "veriexecgen -a -r -W -d /usr", Guest),
    (
        "man/veriexecgen.8",
        "find /lib/modules -name '*.ko.*' -print0 |\n    \
         veriexecgen -0 -a -A --classify mode -f -\n\
         veriexecgen -a -r -A --classify mode -d /lib/firmware",
        Guest,
    ),
    ("man/veriexecgen.8", "veriexecgen -r -d /build/root -p /build/root -o signatures", Guest),
    (
        "man/veriexecgen.8",
        "dpkg -L dash | sed 's,^[^/].*: /,/,' | veriexecgen --refresh -f -",
        Guest,
    ),
    ("man/veriexecgen.8", "veriexecgen --dry-run --refresh -r /usr/local", Guest),
    ("man/veriexecgen.8", "veriexecgen --refresh -r /usr/local", Guest),
];
