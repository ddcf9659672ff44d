# Which file is which: an entry is of one file, until that is gone, and of no other that gets its
# numbers. Where the numbers do not last, the file is held.
sum() { sha256sum "$1" | cut -d' ' -f1; }
veriexec=/proc/sys/kern/veriexec
lines='#!/bin/sh
echo good'

# level N: the strict level is raised.
level() { check "level $1" sh -c "echo $1 >$veriexec/strict"; }

# make FILE...: programs that say "good", listed.
make() {
    for made in "$@"; do
        echo "$lines" >"$made"
        chmod 755 "$made"
        echo "$made SHA256 $good direct,file" >>/signatures
    done
}

# spoil FILE: it says "evil" now.
spoil() { printf '#!/bin/sh\necho evil\n' >"$1"; chmod 755 "$1"; }

# evict: what is in memory of files, and nobody uses, goes.
evict() { sync; for time in once again; do echo 3 >/proc/sys/vm/drop_caches; done; }

# valid NAME FILE; unlisted NAME FILE: what is known of it.
valid() { say "$1" "Entry status: valid" veriexecctl query "$2"; }
unlisted() { refuse "$1" "No Veriexec entry" veriexecctl query "$2"; }

# memory: what the kernel cannot give back, in KiB.
memory() {
    evict
    sleep 2
    awk '/^SUnreclaim|^VmallocUsed|^KernelStack|^Percpu/ { sum += $2 } END { print sum }' /proc/meminfo
}

# count TEXT: how often the kernel has logged it.
count() { dmesg | grep -cF -- "$1"; }

# reported NAME TEXT COMMAND...: it does what it does, and the kernel logs TEXT once more.
reported() {
    name=$1 text=$2; shift 2
    before=$(count "$text")
    said=$("$@" 2>&1)
    if [ "$(count "$text")" -gt "$before" ]; then pass "$name"; else fail "$name" "$text: $said"; fi
}

for name in libcrc32c xfs xor raid6_pq blake2b_generic zstd_compress nls_cp437 nls_ascii \
    nls_iso8859-1 nls_utf8 fat vfat overlay fuse; do insert $name; done
# One kernel has btrfs before the module, and the other after it.
case $release in 6.1.*) insert btrfs; insmod /lib/veriexec.ko ;; *) insmod /lib/veriexec.ko; insert btrfs ;; esac
# The function that is hooked goes with its module, and comes at another place.
check "btrfs goes" rmmod btrfs
check "and comes again" insert btrfs
echo "$lines" >/tmp/good
good=$(sum /tmp/good)
mkdir /ext4 /xfs /btrfs /vfat /ramfs /tmpfs /again /merged /lower /gone

# on FILESYSTEM: it is mounted.
on() {
    case $1 in
    ext4) mount -t ext4 /dev/disk1 /ext4 ;;
    xfs) mount -t xfs /dev/disk2 /xfs ;;
    btrfs) mount -t btrfs /dev/disk3 /btrfs ;;
    vfat) mount -t vfat /dev/disk4 /vfat ;;
    *) mount -t $1 $1 /$1 ;;
    esac
}
mke2fs -q /dev/disk1 >/dev/null 2>&1
mkdosfs /dev/disk4 >/dev/null 2>&1
mkdosfs /dev/disk5 >/dev/null 2>&1
lasting="ext4 xfs btrfs vfat"
all="$lasting ramfs tmpfs"
for fs in $all; do check "$fs is there" on $fs; done

# Level 0: what stays and what goes.
for fs in $all; do
    make /$fs/stays /$fs/removed /$fs/replaced
    mkdir -p /$fs/late
    make /$fs/late/one /$fs/late/two
done
mkdir /fuse
check "fuse is there" served /fuse
echo "/fuse/one SHA256 $good direct,file" >>/signatures
check "all is listed" veriexecctl -k load /signatures
check "fuse: it runs" /fuse/one
evict
valid "fuse: and is valid" /fuse/one
# Attack.
unlisted "fuse: another file with the same numbers is another" /fuse/two
check "fuse: it is unmounted" umount /fuse
for fs in $all; do
    check "$fs: it runs" /$fs/stays
    valid "$fs: and is valid" /$fs/stays
    evict
    # Attack.
    valid "$fs: it stays valid though its memory was wanted" /$fs/stays
    check "$fs: and runs" /$fs/stays
    check "$fs: remounted for reading" mount -o remount,ro /$fs
    check "$fs: remounted for writing" mount -o remount,rw /$fs
    valid "$fs: and valid as before" /$fs/stays
done
for fs in $all; do
    rm /$fs/removed
    spoil /$fs/new
    mv /$fs/new /$fs/replaced
    # Attack.
    unlisted "$fs: what replaced a file is another" /$fs/replaced
    listed=
    for number in 1 2 3 4 5 6 7 8 9 10; do
        spoil /$fs/removed
        spoil /$fs/other$number
        for file in removed other$number; do
            veriexecctl query /$fs/$file >/dev/null 2>&1 && listed="$listed $file"
        done
        rm /$fs/removed
    done
    # Attack.
    check "$fs: nothing inherits the entry of what is removed" test -z "$listed"
    valid "$fs: what is written beside a file leaves it valid" /$fs/stays
done

# What is held is let go.
mount -t tmpfs -o size=64m gone /gone
: >/more
number=0
while [ $number -lt 100 ]; do
    number=$((number + 1))
    head -c 20000 /dev/zero >/gone/$number
    echo "/gone/$number SHA256 $good file" >>/more
done
check "more is listed" veriexecctl -k load /more
before=$(df -k /gone | awk 'NR == 2 { print $3 }')
evict
unlisted "no entry is of what is not there" /gone
rm /gone/1*
after=$(df -k /gone | awk 'NR == 2 { print $3 }')
check "what is removed takes no room any more: $before KiB, then $after" \
    test "$after" -lt $((before - 200))
say "the others are listed" "Entry status" veriexecctl query /gone/99
check "it is unmounted though files on it are held" umount /gone
mount -t tmpfs -o size=64m gone /gone
head -c 20000 /dev/zero >/gone/99
# Attack.
unlisted "and what is mounted there next is another" /gone/99
umount /gone

# What takes a device after another.
for fs in $lasting; do
    check "level 0: $fs is unmounted" umount /$fs
    on $fs
    spoil /$fs/stays
    # Attack.
    unlisted "level 0: $fs: nothing is listed on what is mounted next" /$fs/stays
done
: >/signatures
for fs in $lasting; do
    rm -f /$fs/stays
    make /$fs/stays
    rm -rf /$fs/late
    mkdir /$fs/late
    make /$fs/late/one /$fs/late/two
done
for file in $(find /bin /lib /lib64 /usr -type f ! -name '*.ko*' 2>/dev/null); do
    echo "$file SHA256 $(sum $file) direct,indirect,file"
done >>/signatures
mkdir /upper
mount -t vfat /dev/disk5 /gone
make /gone/stays

# An overlay's file is the one underneath, for who writes, too.
mkdir /lower/u /lower/w /lower/l
mount -t tmpfs upper /upper
mkdir /upper/u /upper/w
make /lower/l/data /lower/l/other
rm -f /tmp/data
mount -t overlay -o lowerdir=/lower/l,upperdir=/upper/u,workdir=/upper/w over /merged
exec 5>>/merged/other
echo "/merged/other SHA256 $good direct,file" >>/signatures
grep -v '^/lower/l/other' /signatures >/tmp/signatures
mv /tmp/signatures /signatures

# Subvolumes: each has the numbers of the files that it was made from.
subvolume create /btrfs sub
subvolume create /btrfs second
subvolume create /btrfs third
subvolume create /btrfs plain
subvolume create /btrfs/sub nested
make /btrfs/sub/prog /btrfs/second/prog /btrfs/third/prog /btrfs/sub/nested/prog
sync
check "all is listed again" veriexecctl -k load /signatures
for file in sub second third sub/nested; do
    check "subvolume $file: it runs" /btrfs/$file/prog
    valid "subvolume $file: and is valid" /btrfs/$file/prog
done
check "who writes by way of an overlay is noticed" sh -c "cat /merged/other >/dev/null"
say "and the file is not evaluated" "Entry status: not evaluated" veriexecctl query /merged/other
exec 5>&-
check "the file underneath is evaluated" /merged/data
valid "and the overlay shows that" /merged/data
check "a snapshot is made" subvolume snapshot /btrfs copy /btrfs/third
unlisted "whose files are others" /btrfs/copy/prog
spoil /btrfs/copy/prog
valid "what it was made from stays valid" /btrfs/third/prog
reported "level 0: a subvolume is removed, and that is reported" "Remove request. [/btrfs/third" \
    subvolume destroy /btrfs third
check "level 0: it is gone" test ! -e /btrfs/third
sync
sleep 2
sync
# It gets the device number of the one that is gone, and its files have the numbers that they had.
check "another is made of that snapshot" subvolume snapshot /btrfs third /btrfs/copy
# Attack.
unlisted "level 0: which has its name, and not its entries" /btrfs/third/prog
umount /gone
mount -t vfat /dev/disk5 /gone
rm /gone/stays

# Memory: as much as before, when nothing is listed any more.
mkdir /ext4/many
number=0
while [ $number -lt 10000 ]; do
    number=$((number + 1))
    : >/ext4/many/$number
    echo "/ext4/many/$number SHA256 $good file"
done >/more
before=$(memory)
check "ten thousand are listed" veriexecctl load /more
during=$(memory)
sed 's/ .*//' /more >/names
for name in $(head -n 3 /names); do check "one is deleted" veriexecctl delete $name; done
rm -r /ext4/many
after=$(memory)
each=$(((during - before) * 1024 / 10000))
echo "@@ note memory: $before KiB, with 10000 entries $during, after that $after: $each bytes each"
check "an entry takes 300 bytes at most" test $each -le 300
check "and gives them back" test $((after - before)) -lt 600

level 1
spoil /gone/stays
check "level 1: vfat: what is not listed is written" /gone/stays
check "level 1: vfat is unmounted, which is allowed" umount /gone
unlisted "level 1: nothing is left of it" /gone
reported "level 1: that a subvolume with listed files is removed is reported" \
    "Remove request. [/btrfs/second" subvolume destroy /btrfs second
# Attack.
refuse "level 1: and refused" "not permitted" subvolume destroy /btrfs second
# Attack.
refuse "level 1: either way" "not permitted" subvolume destroy2 /btrfs second
valid "level 1: it is what it was" /btrfs/second/prog
check "level 1: another is" subvolume destroy /btrfs plain
# A file system whose files may come from another disk.
check "level 1: btrfs gets another disk" subvolume add /btrfs /dev/disk6
say "level 1: then its files are evaluated anew" "not evaluated" \
    veriexecctl query /btrfs/sub/prog
check "level 1: as they are" /btrfs/sub/prog
check "level 1: it is taken back" subvolume remove /btrfs/sub /dev/disk6
say "level 1: then, too" "not evaluated" veriexecctl query /btrfs/sub/prog
for file in sub second sub/nested; do check "level 1: $file is as it was" /btrfs/$file/prog; done
# Of less than 256 MiB none is taken.
refuse "level 1: another size is btrfs's affair" "Invalid argument" subvolume resize /btrfs max
valid "level 1: and changes no file" /btrfs/sub/prog
check "level 1: a listed file on xfs is unmounted" umount /xfs
on xfs
spoil /xfs/stays
unlisted "level 1: and nothing is listed on what is mounted next" /xfs/stays
umount /xfs

level 2
for fs in ext4 btrfs vfat; do
    check "level 2: $fs: it runs" /$fs/late/one
    evict
    valid "level 2: $fs: it is valid though its memory was wanted" /$fs/late/one
    refuse "level 2: $fs: and not written" "not permitted" sh -c "echo evil >>/$fs/late/one"
    # Attack.
    refuse "level 2: $fs: never evaluated, it is not written after that either" "not permitted" \
        sh -c "echo evil >>/$fs/late/two"
    refuse "level 2: $fs is not unmounted" "not permitted" umount /$fs
done
for way in destroy destroy2; do
    # Attack.
    refuse "level 2: a subvolume is not removed: $way" "not permitted" \
        subvolume $way /btrfs second
    # Attack.
    refuse "level 2: nor a nested one: $way" "not permitted" subvolume $way /btrfs/sub nested
done
for number in 256 257 260; do subvolume byid /btrfs $number >/dev/null 2>&1; done
# Attack.
valid "level 2: nor by its number" /btrfs/second/prog
valid "level 2: nor that of a nested one" /btrfs/sub/nested/prog
check "level 2: a snapshot is, that has no listed files" subvolume destroy2 /btrfs copy
for file in /btrfs /btrfs/sub /btrfs/third /btrfs/third/prog; do
    # Attack.
    refuse "level 2: btrfs gets no other disk by $file" "not permitted" \
        subvolume add $file /dev/disk6
done
for way in remove remove2; do
    # Attack.
    refuse "level 2: nor loses one: $way" "not permitted" subvolume $way /btrfs /dev/disk3
done
refuse "level 2: another size is btrfs's affair" "Invalid argument" subvolume resize /btrfs max
check "level 2: a subvolume is made" subvolume create /btrfs later
valid "level 2: and no file changes" /btrfs/sub/prog
# Attack.
refuse "level 2: what is not listed does not run" "not permitted" /btrfs/third/prog

level 3
refuse "level 3: no subvolume is removed" "not permitted" subvolume destroy /btrfs third
valid "level 3: and all is as it was" /btrfs/second/prog
check "no inode was in use when its file system went" \
    sh -c "! dmesg | grep -q 'Busy inodes after unmount'"
