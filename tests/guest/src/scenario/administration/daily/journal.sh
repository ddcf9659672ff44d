# What the journal has of what is denied: a line each, at verbosity 0, and an audit record beside it.
. $place/levels

journal=/root/journal

# What is to be denied later, while a list can still be loaded.
prepare_denials() {
    mkdir -p /etc/systemd/journald.conf.d
    printf '[Journal]\nAudit=yes\n' >/etc/systemd/journald.conf.d/audit.conf
    check "the journal takes audit records" systemctl restart systemd-journald
    mkdir -p $journal/over
    for name in listed moved direct changed unlisted; do cp /bin/true $journal/$name; done
    sum=$(sha256sum $journal/listed | cut -d ' ' -f 1)
    {
        for name in listed moved; do echo "$journal/$name SHA256 $sum direct, file"; done
        echo "$journal/direct SHA256 $sum direct"
        echo "$journal/changed SHA256 $(printf '%064d' 0) direct, file"
        echo "$journal/over/below SHA256 $(sha256sum /etc/hostname | cut -d ' ' -f 1) file"
    } >$journal/signatures
    cp /etc/hostname $journal/over/below
    check "what is to be denied is listed" veriexecctl load $journal/signatures
}

# fields MATCH...: the messages, or records, that match, as JSON, a line each.
fields() { journalctl -q -b -o json --no-pager "$@"; }

# has_entry SORT WORDS PATH: the journal has one entry of that sort, a line or a record, in its file.
has_entry() { /usr/bin/python3 $place/journal.py $1 $journal/$1 "$2" "$3"; }

# denied KIND WORDS OP PATH COMMAND...: the command is denied, and the journal has one line and one
# record that say all. An empty OP: what is no decision about a file has no record.
denied() {
    kind=$1 words=$2 op=$3 path=$4; shift 4
    "$@" >/dev/null 2>&1
    settle
    # Records come by way of the audit system.
    sleep 2
    journalctl --sync
    fields -k -p alert _KERNEL_SUBSYSTEM=veriexec >$journal/line 2>&1
    fields _AUDIT_TYPE=1800 _AUDIT_FIELD_VERDICT=denied >$journal/record 2>&1
    check "$kind: the line" has_entry line "$words" "$path"
    test -z "$op" || check "$kind: the record" has_entry record "$op" "$path"
}

list_all /usr /etc/init.d
prepare_denials
raise
say "verbosity 0" 0 cat /proc/sys/kern/veriexec/verbose
denied "an unlisted program" execute direct $journal/unlisted $journal/unlisted
denied "an unlisted library" "interpret or map executable" indirect $journal/unlisted \
    env LD_PRELOAD=$journal/unlisted /bin/true
denied "a changed file" read file $journal/changed cat $journal/changed
denied "a wrong use" read file $journal/direct cat $journal/direct
denied "a write" write write $journal/listed sh -c "printf x >>$journal/listed"
denied "a removal" remove remove $journal/listed rm -f $journal/listed
denied "a renaming" rename rename $journal/moved mv $journal/moved $journal/away
denied "a mount" "mount over" mount-over $journal/over mount -t tmpfs none $journal/over
denied "the memory" "write memory" memory-write /dev/mem sh -c ': >>/dev/mem'
denied "a lower level" "lower the level" "" "" sh -c 'echo 0 >/proc/sys/kern/veriexec/strict'
denied "the tables" "change the tables" "" "" veriexecctl flush
echo "@@ note $(fields | wc -l) entries, $(fields -k | wc -l) of the kernel, the last: $(fields -k -n 1)"
