# Nothing is recorded as valid unless what was hashed is what others will read.
veriexec=/proc/sys/kern/veriexec
good=$(printf 'GOOD, and no more\n' | sha256sum | cut -d' ' -f1)
denied="Operation not permitted"

# make FILE...: listed files that say GOOD.
make() {
    for made in "$@"; do
        printf 'GOOD, and no more\n' >"$made"
        echo "$made SHA256 $good file" >>/signatures
    done
}

# behind NAME PROGRAM ARGUMENT...: in the background, until it says that it is ready.
behind() {
    local name=$1 tries=0; shift
    mkfifo /tmp/$name
    "$@" >/tmp/$name.said 2>&1 &
    eval "of_$name=$!"
    until grep -qs ready /tmp/$name.said; do
        tries=$((tries + 1))
        if [ $tries -eq 100 ]; then fail "$name is ready" "$(cat /tmp/$name.said)"; return; fi
        sleep 0.1
    done
}

# go NAME: it does what it is there for, or cannot.
go() {
    local tries=0
    echo >/tmp/$1
    until grep -qsE 'done|:' /tmp/$1.said || [ $tries -eq 100 ]; do
        tries=$((tries + 1))
        sleep 0.1
    done
}

# end NAME: it is ended, and holds nothing any more.
end() {
    eval "kill \$of_$1; wait \$of_$1" 2>/dev/null
}

for name in overlay fuse; do insert $name; done
insmod /lib/veriexec.ko
mkdir /a /huge /ext4 /over /lower /merged /pins
mount -t tmpfs a /a
mount -t tmpfs -o huge=always huge /huge
mount -t tmpfs over /over
mke2fs -q /dev/disk1 >/dev/null 2>&1
check "ext4 is there" mount -t ext4 /dev/disk1 /ext4
mkdir /over/upper /over/work /a/race /ext4/race
check "an overlay is there" mount -t overlay overlay \
    -o lowerdir=/lower,upperdir=/over/upper,workdir=/over/work /merged
make /a/ring /a/direct /a/read /ext4/direct /ext4/read
make /ext4/mode /ext4/owner /over/upper/mode /ext4/size /ext4/command /a/command /over/upper/held
chown 1000 /ext4/mode /ext4/owner /over/upper/mode
number=0
while [ $number -lt 150 ]; do
    make /a/race/$number /ext4/race/$number
    number=$((number + 1))
done
dd if=/dev/zero of=/huge/ring bs=1M count=4 2>/dev/null
printf GOOD | dd of=/huge/ring conv=notrunc 2>/dev/null
echo "/huge/ring SHA256 $(sha256sum /huge/ring | cut -d' ' -f1) file" >>/signatures
# It is mapped while it is evaluated.
cp /bin/busybox /a/busybox
echo "/a/busybox SHA256 $(sha256sum /a/busybox | cut -d' ' -f1) direct,indirect,file" >>/signatures
/a/busybox sleep 1000 &
find /bin /lib /lib64 /usr -type f ! -name '*.ko' 2>/dev/null | while read -r file; do
    echo "$file SHA256 $(sha256sum "$file" | cut -d' ' -f1) direct,indirect,file" >>/signatures
done
sync

# What is held from before the list is loaded.
behind ring pins ring /a/ring /tmp/ring EVIL
behind huge pins ring /huge/ring /tmp/huge EVIL
behind direct pins direct /a/direct /tmp/direct EVIL /pins
behind disk pins direct /ext4/direct /tmp/disk EVIL /pins
behind piped pins pipe /ext4/read /tmp/piped
behind size cuts size /ext4/size /tmp/size
behind command cuts command /ext4/command /tmp/command EVIL
behind memory cuts command /a/command /tmp/memory EVIL
behind upper cuts write /over/upper/held /tmp/upper EVIL
check "all is listed" veriexecctl -k load /signatures
check "level 1" sh -c "echo 1 >$veriexec/strict"

# held NAME FILE: the file of a memory alone is busy until it is let go, and then what is in it counts.
held() {
    # Attack.
    refuse "$1, in memory alone: it is not read" "$denied" cat "$2"
    logged "$1: and that is logged" "Veriexec: Open for write. [$2"
    go "$1"
    refuse "$1: nor when it is written" "$denied" cat "$2"
    end "$1"
    refuse "$1: what was written is not what is listed" "$denied" cat "$2"
    logged "$1: as is logged" "Veriexec: Mismatch. [$2"
}
held ring /a/ring
held huge /huge/ring
held direct /a/direct

# dropped NAME FILE: what is hashed of a disk is read from it.
dropped() {
    say "$1, on a disk: it is read" "GOOD" cat "$2"
    go "$1"
    say "$1: it is written" "done" cat /tmp/$1.said
    # Attack.
    say "$1, on a disk: that is not what others read" "GOOD" cat "$2"
    say "$1: which is valid" "Entry status: valid" veriexecctl query "$2"
    end "$1"
    say "$1: nor when it is let go" "GOOD" cat "$2"
}
dropped disk /ext4/direct
say "a page in a pipe keeps nobody out of a file on a disk" "GOOD" cat /ext4/read
say "a program that runs is evaluated" "it runs" /a/busybox echo "it runs"
say "and is valid" "Entry status: valid" veriexecctl query /a/busybox

# Emptied as it is evaluated: the one that hashed it before, or is told after.
# Attack.
say "none is valid that was emptied as it was opened" "of which 0 are" cuts empty /a/race 150
# Attack.
say "nor on a disk" "of which 0 are" cuts empty /ext4/race 150

check "level 2" sh -c "echo 2 >$veriexec/strict"
for file in /ext4/mode /ext4/owner /merged/mode; do
    say "$file is read" "GOOD" cat $file
done
# Attack.
refuse "an owner who may and may not does not cut it" "not cut" cuts mode 1000 /ext4/mode 15
# Attack.
refuse "nor while it is now his and now not" "not cut" cuts owner 1000 /ext4/owner 15
# Attack.
refuse "nor by an overlay" "not cut" cuts mode 1000 /merged/mode 15
for file in /ext4/mode /ext4/owner /merged/mode; do
    say "$file is as it was" "GOOD" cat $file
done
logged "that it was tried is logged" "Veriexec: Write access request. [/ext4/mode"
go size
# Attack.
say "by a descriptor from before it is not cut" "$denied" cat /tmp/size.said
logged "which is logged" "Veriexec: Write access request. [/ext4/size"

# written NAME FILE: what was hashed for one who can write it is not valid for others.
written() {
    # Attack.
    refuse "$1: what is written after that is not read" "$denied" cat "$2"
    end "$1"
    refuse "$1: nor when nobody can write it" "$denied" cat "$2"
    say "$1: because it is another" "Entry status: mismatch" veriexecctl query "$2"
}
go command
say "a command is denied to one who can write the file" "command: -1" cat /tmp/command.said
written command /ext4/command
go memory
written memory /a/command
refuse "it is not written by the overlay while it can be below it" "$denied" \
    sh -c ': >>/merged/held'
go upper
written upper /merged/held

finish
