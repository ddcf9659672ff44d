LOAD=0x80105801 TABLESIZE=0x80105802 DELETE=0x80105803 QUERY=0xc0105804 DUMP=0x40105805
FLUSH=0x20005806 LOAD32=0x80085801 DELETE32=0x80085803 QUERY32=0xc0085804 DUMP32=0x40085805

# plist TEXT: a property list. about PATH: that of a request about a file.
plist() {
    printf '<?xml version="1.0" encoding="UTF-8"?>\n<plist version="1.0">\n%s\n</plist>\n' "$1"
}
about() { plist "<dict><key>file</key><string>$1</string></dict>"; }

insmod /lib/veriexec.ko

mkdir -p /data/sub
cp /bin/busybox /data/busybox
echo first >/data/first
echo second >"/data/sub/with blank"
: >/data/empty
ln /data/first /data/other-name
ln -s first /data/symlink
veriexecgen -a -r -d /data -o /tmp/signatures || fail "signatures" "cannot be made"
entries=$(wc -l </tmp/signatures)

say "an empty device dumps nothing" "" veriexecctl dump
say "and says so in XML" "<array/>" request $DUMP
check "signatures are loaded" veriexecctl -k load /tmp/signatures
check "and loaded again" veriexecctl -k load /tmp/signatures
veriexecctl dump >/tmp/dump
check "what is dumped is what was loaded" cmp /tmp/signatures /tmp/dump
check "all of it" test "$entries" -eq 5
say "a file is not evaluated before it is used" "Entry status: not evaluated" \
    veriexecctl query /data/busybox
say "and its fingerprint is the one that was loaded" \
    "$(sha256sum /data/busybox | cut -d' ' -f1)" veriexecctl query /data/busybox
say "a file is found by a relative name" "Entry status" veriexecctl query ../data/sub/../first
say "and by a symbolic link" "Entry status" veriexecctl query /data/symlink
mkdir /mnt/bound
mount -o bind /data /mnt/bound
say "and through a bind mount" "Entry status" veriexecctl query /mnt/bound/first
about /mnt/bound >/tmp/bound
refuse "a bind mount is no file system of its own" "errno 2:" request -w $DELETE /tmp/bound
umount /mnt/bound

refuse "a file without an entry has none" "No Veriexec entry" veriexecctl query /etc/passwd
refuse "nor has one that is not there" "no such file" veriexecctl query /nowhere
refuse "a directory is not loaded" "not a regular file" \
    sh -c 'sed "s,/data/first,/data/sub,;q" /tmp/signatures | sed s,busybox,sub, |
        veriexecctl load -'
logged "and that is logged" "Not a regular file."

check "an entry is deleted" veriexecctl delete /data/first
refuse "and is gone then" "No Veriexec entry" veriexecctl query /data/first
refuse "under all its names" "No Veriexec entry" veriexecctl query /data/other-name
refuse "it cannot be deleted twice" "no entry" veriexecctl delete /data/first
about /data >/tmp/directory
refuse "a directory is no mount point" "errno 2:" request -w $DELETE /tmp/directory
logged "and that is logged" "Not deleting the table of \`/data': Not a mount point."
check "a mount point is" veriexecctl delete /
say "and everything on it is gone" "" veriexecctl dump

check "files are evaluated as they are loaded" veriexecctl -e -k load /tmp/signatures
say "and are valid" "Entry status: valid" veriexecctl query /data/busybox
say "an empty one too" "Entry status: valid" veriexecctl query /data/empty
check "all are flushed" veriexecctl flush
say "nothing is left" "<array/>" request $DUMP
check "a flush of nothing is none" veriexecctl flush
echo changed >/data/first
check "a changed file is loaded too" veriexecctl -e -k load /tmp/signatures
say "and does not match" "Entry status: mismatch" veriexecctl query /data/first
say "by any name" "Entry status: mismatch" veriexecctl query /data/other-name
say "while the others do" "Entry status: valid" veriexecctl query "/data/sub/with blank"
veriexecctl flush

zeros=0000000000000000000000000000000000000000
echo "/data/first rmd160 $zeros" >/tmp/one
refuse "an algorithm that the kernel has not is refused" "algorithm" veriexecctl load /tmp/one
logged "and that is logged" "Invalid or unknown fingerprint type \`RMD160' for file \`/data/first'."
check "the kernel gets it" insert rmd160
check "then the algorithm is taken" veriexecctl -e load /tmp/one
say "and agrees that the fingerprint is wrong" "Entry status: mismatch" \
    veriexecctl query /data/first
veriexecctl flush

check "the kernel gets the long ones" insert sha512_generic
for algorithm in md5 sha1 sha256 sha512; do
    digest=$(${algorithm}sum /data/busybox | cut -d' ' -f1)
    echo "/data/busybox $algorithm $digest" >/tmp/one
    check "$algorithm is taken" veriexecctl -e load /tmp/one
    say "and agrees with busybox's" "Entry status: valid" veriexecctl query /data/busybox
    veriexecctl flush
done
veriexecgen -a -d /data/sub -t sha384 -o /tmp/one
check "sha384 is taken" veriexecctl -e load /tmp/one
say "and agrees with veriexecgen's" "Entry status: valid" veriexecctl query "/data/sub/with blank"
veriexecctl flush

exec 3>>/data/first
check "a file that is open for writing is loaded" veriexecctl -e load /tmp/signatures
say "but not evaluated" "Entry status: not evaluated" veriexecctl query /data/first
say "as the others are" "Entry status: valid" veriexecctl query /data/busybox
exec 3>&-
veriexecctl flush
check "once it is closed" veriexecctl -e load /tmp/signatures
say "it is evaluated too" "Entry status: mismatch" veriexecctl query /data/first
check "and writable after that" sh -c "echo again >>/data/first"
veriexecctl flush

exec 3>/dev/veriexec
refuse "a second writer waits for the first" "in use" veriexecctl flush
refuse "with EBUSY" "open: 16" request -b $FLUSH
say "a reader does not" "" veriexecctl dump
exec 3>&-
exec 3</dev/veriexec
check "nor does a writer for a reader" veriexecctl flush
exec 3<&-
chmod 666 /dev/veriexec
# Attack.
refuse "nobody but the superuser opens it" "open: 1 " request -u $DUMP
chmod 600 /dev/veriexec

about /data/first >/tmp/file
about /nowhere >/tmp/nowhere
plist "<dict/>" >/tmp/dict
plist "<array/>" >/tmp/array
head -c 131071 /dev/zero | tr '\0' ' ' >/tmp/longest
head -c 131072 /dev/zero | tr '\0' ' ' >/tmp/too-long
digest=$(head -c 32 /dev/zero | base64 -w 0)
long=$(head -c 5000 /dev/zero | tr '\0' a)
entry() {
    plist "<dict><key>file</key><string>$1</string><key>fp-type</key><string>$2</string>
<key>fp</key><data>$3</data><key>entry-type</key><integer>$4</integer></dict>"
}
entry /data/first SHA256 "$digest" 4 >/tmp/entry
entry /data/first SHA256 "" 4 >/tmp/no-fingerprint
entry /data/first SHA3 "$digest" 4 >/tmp/no-algorithm
entry /data/first SHA256 "$digest" 8 >/tmp/contaminated
entry "/$long" SHA256 "$digest" 4 >/tmp/long-name

refuse "ENODEV: a number that no request has" "errno 19" request -b 0x80105807 /tmp/file
refuse "ENODEV: a direction that no request has" "errno 19" request -b 0x40105801 /tmp/file
refuse "ENODEV: a width that the caller has not" "errno 19" request -b $LOAD32 /tmp/file
refuse "ENODEV: nor has a 32-bit caller" "errno 19" request -b -3 $LOAD /tmp/file
refuse "EPERM: to load on a descriptor for reading" "errno 1:" request $LOAD /tmp/entry
refuse "EPERM: to flush on a descriptor for reading" "errno 1:" request $FLUSH
refuse "EPERM: to query on a descriptor for writing" "errno 1:" request -w $QUERY /tmp/file
refuse "EPERM: to dump on a descriptor for writing" "errno 1:" request -w $DUMP
refuse "EFAULT: a bad pointer" "errno 14" request -b $LOAD
refuse "EFAULT: a length beyond the memory" "errno 14" request -3 $QUERY32
refuse "EIO: nothing" "errno 5" request $QUERY /tmp/file 0
refuse "EIO: half a property list" "errno 5" request $QUERY /tmp/file 50
refuse "EIO: blanks, as many as may be" "errno 5" request $QUERY /tmp/longest
refuse "EIO: no dictionary" "errno 5" request $QUERY /tmp/array
refuse "E2BIG: one byte more" "errno 7" request $QUERY /tmp/too-long
# Attack.
refuse "E2BIG: a length that no memory has" "errno 7" request $QUERY /tmp/file 0xffffffffffffffff
refuse "EINVAL: a dictionary without a file" "errno 22" request $QUERY /tmp/dict
refuse "EINVAL: the same to be deleted" "errno 22" request -b $DELETE /tmp/dict
refuse "EINVAL: no fingerprint" "errno 22" request -b $LOAD /tmp/no-fingerprint
refuse "EINVAL: a flag without a meaning" "errno 22" request -b $LOAD /tmp/contaminated
refuse "EOPNOTSUPP: an unknown algorithm" "errno 95" request -b $LOAD /tmp/no-algorithm
refuse "ENOENT: a file that is not there" "errno 2:" request $QUERY /tmp/nowhere
refuse "ENAMETOOLONG: a name that is too long" "errno 36" request -b $LOAD /tmp/long-name
say "none of these left an entry" "<array/>" request $DUMP
check "TABLESIZE does nothing, and succeeds" request -w $TABLESIZE

check "a good request is taken" request -b $LOAD /tmp/entry
say "and answered" "<string>SHA256</string>" request $QUERY /tmp/file
check "and taken back" request -w $DELETE /tmp/file
check "a 32-bit program loads" request -b -3 $LOAD32 /tmp/entry
say "queries" "<string>SHA256</string>" request -3 $QUERY32 /tmp/file
say "dumps" "<array/>" request -3 $DUMP32
check "deletes" request -w -3 $DELETE32 /tmp/file
check "and flushes" request -w -3 $FLUSH

i=0
mkdir /many
while [ $i -lt 1000 ]; do echo $i >/many/$i; i=$((i + 1)); done
veriexecgen -a -d /many -o /tmp/many
check "a thousand entries are loaded" veriexecctl -e -k load /tmp/many
veriexecctl dump >/tmp/dump
check "and dumped" cmp /tmp/many /tmp/dump

# The settings are for whoever may administer, which uid 0 alone does not say.
settings=/proc/sys/kern/veriexec
for setting in strict verbose trial; do
    # Attack.
    refuse "uid 0 without capabilities sets no $setting" "write: Operation not permitted" \
        attack without-capabilities $settings/$setting 1
    say "which stays as it is" 0 cat $settings/$setting
done
say "and can be set" 1 sh -c "echo 1 >$settings/verbose; cat $settings/verbose"
echo 0 >$settings/verbose

check "the module is removed with entries in it" rmmod veriexec
logged "and leaves nothing behind" "Veriexec: unloaded, 0 allocations left."
