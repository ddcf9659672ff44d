# Processes of a user do to listed files whatever a user can, side by side, while others use them. At
# level 0 changed ones are used, and that must be seen; from level 1 on none is.
veriexec=/proc/sys/kern/veriexec
for name in libcrc32c xfs xor raid6_pq blake2b_generic zstd_compress btrfs nls_cp437 nls_ascii \
    nls_iso8859-1 nls_utf8 fat vfat overlay; do insert $name; done
insmod /lib/veriexec.ko
say "there are two processors" 2 nproc
mkdir /tmpfs /ext2 /ext4 /xfs /btrfs /vfat /low /up /merged
mke2fs -q /dev/disk1 >/dev/null 2>&1
mkdosfs /dev/disk5 >/dev/null 2>&1
check "tmpfs" mount -t tmpfs -o size=64m files /tmpfs
check "ext2, without checksums" mount -t ext4 /dev/disk1 /ext2
check "ext4" mount -t ext4 /dev/disk2 /ext4
check "xfs" mount -t xfs /dev/disk3 /xfs
check "btrfs" mount -t btrfs /dev/disk4 /btrfs
check "vfat" mount -t vfat -o uid=1000,gid=1000,umask=0 /dev/disk5 /vfat
mount -t tmpfs -o size=32m low /low
mount -t tmpfs -o size=32m up /up
mkdir -p /low/lower/below /up/upper/above /up/own
chmod 755 /tmpfs /low /up

# What an overlay copies is in its upper directory. Each level begins without copies.
begin_overlay() {
    mount -t overlay -o lowerdir=/low/lower,upperdir=/up/upper,workdir=/up/own overlay /merged
}
end_overlay() { umount /merged; rm -rf /up/upper/below /up/own/*; }
places="/tmpfs /ext2 /ext4 /xfs /btrfs /vfat /low/lower/below:/merged/below
    /up/upper/above=/merged/above"

# At level 1 what was changed for good is replaced by the next that is like it.
alike=$((8 + 2 * minutes))
check "files are made" sh -c "fuzz -g $alike make $(echo $places) >/tmp/made"
cut -d ' ' -f 1 /tmp/made | xargs sha256sum | cut -d ' ' -f 1 | paste -d ' ' /tmp/made - |
    awk '{ print $1, "SHA256", $3, $2 }' >/signatures
for file in $(find /bin /lib /lib64 /usr -type f ! -name '*.ko*' 2>/dev/null); do
    echo "$file SHA256 $(sha256sum $file | cut -d ' ' -f 1) direct,indirect,file"
done >>/signatures
check "all is listed" veriexecctl -k load /signatures
check "the overlay" begin_overlay
seconds=$((minutes * 20))

# fuzz_at LEVEL SECONDS: what came of it is in $found.
fuzz_at() {
    found=$(fuzz -g $alike -s $seed -l $1 -t $2 -x "$left_out" run $places 2>&1)
    echo "$found"
    echo "$found" >/tmp/found
    echo "@@ note $(echo "$found" | tail -n 1)"
}

# A program that was changed may well crash, which is not the kernel's fault.
echo 0 >/proc/sys/debug/exception-trace
fuzz_at 0 20
check "at level 0 each kind of operation is done" sh -c "! grep 'never done:' /tmp/found"
for use in read mapped "made executable" executed; do
    case $found in
    *"evil $use: 0
"*) fail "at level 0 what was changed is $use" "it is not seen" ;;
    *"evil $use: "*) pass "at level 0 what was changed is $use" ;;
    *) fail "at level 0 what was changed is $use" "$found" ;;
    esac
done
check "the overlay ends" end_overlay
check "all is listed again" veriexecctl -k load --replace /signatures
check "the overlay begins anew" begin_overlay

for level in 1 2 3; do
    fuzz_at $level $seconds
    case $found in
    # Attack.
    *", 0 stuck, 0 evil") pass "level $level: nothing is used that was changed" ;;
    *)
        fail "level $level: nothing is used that was changed" \
            "$(echo "$found" | grep -i -A 1 -e evil -e stuck)"
        ;;
    esac
    if [ $level = 1 ]; then
        check "the overlay ends" end_overlay
        check "the overlay begins anew" begin_overlay
    fi
done
