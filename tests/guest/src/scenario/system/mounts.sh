# Mounts and names: each attempt to have another file where a listed one is, at every level, in a
# directory of its own. From level 2 on it is refused, and the file stays where it is; below, it
# succeeds. What hides no listed file from anybody else is free.

veriexec=/proc/sys/kern/veriexec
sum() { sha256sum "$1" | cut -d' ' -f1; }
list() { echo "$1 SHA256 $(sum "$1") file" >>/signatures; }

# What is tried in: a listed file below a directory, another one, and what is mounted elsewhere.
make() {
    mkdir -p $1/x/y $1/evil/y $1/empty
    for directory in x x/y; do echo GOOD >$1/$directory/conf; list $1/$directory/conf; done
    for directory in evil evil/y; do echo EVIL >$1/$directory/conf; done
}

# p is mounted, and q on it, which has listed files; m, which has none, is another.
make_mounts() {
    mkdir -p $1/p $1/m $1/to
    mount -t tmpfs p $1/p
    mkdir -p $1/p/q $1/p/other $1/p/new $1/p/old
    mount -t tmpfs q $1/p/q
    echo GOOD >$1/p/q/conf
    list $1/p/q/conf
    mkdir $1/p/q/r
    mount -t tmpfs r $1/p/q/r
    echo GOOD >$1/p/q/r/conf
    list $1/p/q/r/conf
    mount -t tmpfs m $1/m
}

# try NAME FROM FILE COMMAND: @ is the directory. Below that level the command succeeds, and the
# file, if there is one named, is not what is found by its name any more.
try() {
    name=$1 from=$2 command=$4
    case $name in
    shared-*) here=/shared/$level/$name ;;
    overlay-*) here=/merged/$level/$name ;;
    *) here=/alone/$level/$name ;;
    esac
    below=/lower/$level/$name
    if [ $phase = prepare ]; then
        case $name in
        overlay-*) mkdir -p $below/x $below/evil; echo GOOD >$below/x/conf ;;
        *) make $here; case "$command $3" in *@/p*|*@/m*) make_mounts $here ;; esac ;;
        esac
        case $name in
        *-file-mounted)
            echo nothing >$here/file
            mount -o bind $here/x/conf $here/file
            list $here/file
            ;;
        esac
        return
    fi
    if [ $phase = list ]; then
        case $name in overlay-*) list $here/x/conf ;; esac
        return
    fi
    file=$(echo "$3" | sed "s,@,$here,g; s,%,$below,g")
    said=$(eval "$(echo "$command" | sed "s,@,$here,g; s,%,$below,g")" 2>&1)
    status=$?
    about="level $level, $name"
    found=$([ -z "$file" ] || cat $file 2>&1)
    if [ $level -lt $from ] && [ $status -ne 0 ]; then
        fail "$about" "it failed: $said"
    elif [ $level -lt $from ] && [ "$found" = GOOD ]; then
        fail "$about" "it changed nothing"
    elif [ $level -ge $from ] && [ $status -eq 0 ]; then
        fail "$about" "it succeeded; $file: $found"
    elif [ $level -ge $from ] && ! echo "$said" | grep -q "Operation not permitted"; then
        fail "$about" "it said: $said"
    elif [ $level -ge $from ] && [ -n "$file" ] && [ "$found" != GOOD ]; then
        fail "$about" "it was refused, but $file: $found"
    else
        pass "$about"
    fi
}

all() {
    # What is put over it. MS_BIND counts before all that says how mounts are shared.
    try over 2 @/x/conf "mounts mount new @/x tmpfs 0"
    try bind 2 @/x/conf "mounts mount @/evil @/x none 0x1000"
    try bind-all 2 @/x/conf "mounts mount @/evil @/x none 0x5000"
    try bind-shared 2 @/x/conf "mounts mount @/evil @/x none 0x101000"
    try bind-private 2 @/x/conf "mounts mount @/evil @/x none 0x41000"
    try bind-slave 2 @/x/conf "mounts mount @/evil @/x none 0x81000"
    try bind-move 2 @/x/conf "mounts mount @/evil @/x none 0x3000"
    try bind-file 2 @/x/conf "mounts mount @/evil/conf @/x/conf none 0x1000"
    try bind-file-private 2 @/x/conf "mounts mount @/evil/conf @/x/conf none 0x41000"
    try above 2 @/x/y/conf "mounts mount @/evil @/x none 0x1000"
    try above-the-mount 2 @/p/q/conf "mounts mount new @/p tmpfs 0"
    try above-all 2 @/p/q/conf "mounts mount new @ tmpfs 0"
    try made 2 @/x/conf "mounts make @/x"
    try cloned 2 @/x/conf "mounts clone @/evil @/x"
    try moved-over 2 @/x/conf "mounts mount @/m @/x none 0x2000"
    try moved-over-new 2 @/x/conf "mounts move @/m @/x"
    try from-root 2 @/x/conf "mounts root @ mount new /x tmpfs 0"
    try from-root-bind 2 @/x/conf "mounts root @ mount /evil /x none 0x1000"
    try by-descriptor 2 @/x/conf "( exec 3<@/x; mounts mount new /proc/self/fd/3 tmpfs 0 )"

    # The same in a namespace whose mounts are peers of these.
    try shared-over 2 @/x/conf "mounts peer mount new @/x tmpfs 0"
    try shared-bind 2 @/x/conf "mounts peer mount @/evil @/x none 0x41000"
    try shared-made 2 @/x/conf "mounts peer make @/x"
    try shared-cloned 2 @/x/conf "mounts peer clone @/evil @/x"
    try shared-above 2 @/p/q/conf "mounts peer mount new @/p tmpfs 0"
    try shared-elsewhere 2 @/x/conf "mounts mount new /bound/$level/shared-elsewhere/x tmpfs 0"
    try shared-race-two 2 @/x/conf "mounts race @/x @/empty @/x/conf 300"
    try shared-umount 2 @/p/q/r/conf "mounts peer umount @/p/q/r 0"
    try shared-umount-lazily 2 @/p/q/conf "mounts peer umount @/p/q 2"
    try shared-parent 2 @/p/q/conf "mounts peer umount @/p 2"
    try shared-parents 2 @/p/q/conf "mounts peer alone /shared umount @/p 2"
    try shared-below 2 @/p/q/r/conf "mounts peer alone /shared alone @/p umount @/p 2"
    try shared-race 2 @/x/y/conf "mounts race @/x @/empty @/x/y/conf 300"

    # Beneath what is mounted over it already, which may be taken away then.
    if [ $has_beneath ]; then
        try beneath 2 "" "mounts beneath @/evil @/p/q"
        try free-beneath 3 "" "mounts mount new @/empty tmpfs 0 && mounts beneath @/evil @/empty"
    fi

    # What is taken away.
    try umount 2 @/p/q/r/conf "mounts umount @/p/q/r 0"
    try umount-lazily 2 @/p/q/conf "mounts umount @/p/q 2"
    try parent 2 @/p/q/conf "mounts umount @/p 2"
    try moved 2 @/p/q/conf "mounts mount @/p/q @/to none 0x2000"
    try moved-new 2 @/p/q/conf "mounts move @/p/q @/to"
    try moved-parent 2 @/p/q/conf "mounts mount @/p @/to none 0x2000"
    try bound-below 2 "" "mounts mount @/p @/to none 0x5000 && mounts umount @/to 2"
    try bound-first 2 @/p/q/conf "mounts mount @/p/q @/to none 0x1000; mounts umount @/p/q 2"
    try pivot 2 @/p/q/conf "mounts mount @/m @/p/new none 0x2000 && mkdir -p @/p/new/old &&
        mounts pivot @/p /new /new/old"

    # Names.
    try renamed 2 @/x/conf "mounts rename @/x @/z"
    try renamed-above 2 @/x/y/conf "mounts rename @/x @/z"
    try exchanged 2 @/x/conf "mounts exchange @/evil @/x"
    try renamed-file 2 @/x/conf "mounts rename @/x/conf @/z"
    try renamed-mount 2 @/p/q/conf "mounts private umounted @/p/q 2 rename @/p/q @/p/r"
    try replaced-mount 2 @/p/q/conf "mounts private umounted @/p/q 2 rename @/p/other @/p/q"
    try exchanged-mount 2 @/p/q/conf "mounts private umounted @/p/q 2 exchange @/p/other @/p/q"
    try removed-mount 2 @/p/q/conf "mounts private umounted @/p/q 2 rmdir @/p/q"
    try removed-file-mounted 2 @/file "mounts private umounted @/file 2 unlink @/file"

    # Of an overlay, its own directories and those underneath.
    try overlay-over 2 @/x/conf "mounts mount new @/x tmpfs 0"
    try overlay-bind 2 @/x/conf "mounts mount @/evil @/x none 0x41000"
    try overlay-file 2 @/x/conf "mounts mount @/evil @/x/conf none 0x1000 ||
        mounts mount /etc/passwd @/x/conf none 0x1000"
    try overlay-above 2 @/x/conf "mounts mount new /merged/$level tmpfs 0"
    try overlay-underneath 2 %/x/conf "mounts rename %/x %/z"

    # What hides nothing is free below level 3.
    try free-over 3 "" "mounts mount new @/evil tmpfs 0"
    try free-bind 3 "" "mounts mount @/x @/evil none 0x1000"
    try free-rename 3 "" "mounts rename @/evil @/other"
    try free-moved 3 "" "mounts mount @/m @/to none 0x2000"
    try free-umount 3 "" "mounts umount @/m 0"
    # Nor what shows listed files by another name than theirs, as long as that is there.
    try free-bound 3 "" "mounts mount @/p/q @/empty none 0x1000 && mounts umount @/empty 0"
    try free-bound-part 3 "" "mounts mount @/p/q/r @/empty none 0x1000 && mounts umount @/empty 2"
    try free-rmdir 9 "" "mounts rmdir @/empty"
    # What is seen by nobody else is free.
    try free-private 9 "" "mounts private mount new @/x tmpfs 0"
    try free-private-moved 9 "" "mounts private mount @/p/q @/to none 0x2000"
    try free-private-lazily 9 "" "mounts private umount @/p 2"
    try shared-free-slave 9 "" "mounts slave mount new @/x tmpfs 0"
    try shared-free-private 9 "" "mounts private umount @/p/q 2"
    try shared-free-lazily 9 "" "mounts private umount @/p 2"
    try shared-free-alone 9 "" "mounts peer alone /shared alone @/p alone @/p/q umount @/p 2"
    # What was moved where only its like see it leads nobody else there.
    try free-private-left 3 "" "mounts private mount @/p/q @/to none 0x2000 &&
        mounts mount new @/to tmpfs 0"
    # And how mounts are shared may change.
    try free-propagation 9 "" "mounts mount none @/p none 0x100000"
    try free-remount 9 "" "mounts mount none @/p none 0x20"
}

# answer NAME UID COMMAND KINDS...: what ioctl(2) says at levels 0 to 3; - is anything but a denial.
answer() {
    name=$1 file=$2 uid=$3 command=$4
    shift 4
    eval "wanted=\${$((level + 1))}"
    said=$(ioctls $uid $command $file 2>&1)
    case $said in
    *"Operation not permitted"*) is=denied ;;
    *) is=- ;;
    esac
    if [ $is = $wanted ]; then
        pass "level $level, ioctl of $name: $command"
    else
        fail "level $level, ioctl of $name: $command" "$said"
    fi
}

commands() {
    here=/disk/$level
    for command in isatty size block map flags attributes version verity; do
        answer "a listed file" $here/data 0 $command - - - -
        answer "an owner's listed file" $here/data 1000 $command - - - -
    done
    say "level $level: it is still as it was evaluated" "valid" \
        veriexecctl query $here/data
    for command in set-flags enable-verity clone dedupe move-extents swap-boot unknown; do
        answer "a listed file" $here/data 0 $command - - denied denied
    done
    for command in set-version set-own-version; do
        answer "a listed file" $here/data 0 $command - denied denied denied
    done
    answer "an unlisted file" $here/other 1000 flags - - - denied
    answer "an unlisted file" $here/other 1000 "generation 1" - - denied denied
    # What is told to a directory, or to a file that is not listed, for all of the file system.
    for command in isatty size flags attributes set-flags trim freeze thaw label; do
        answer "a directory" $here 0 $command - - - -
    done
    answer "a directory" $here 0 unknown - - denied denied
    answer "an unlisted file" $here/other 0 unknown - - denied denied
    # An owner takes a file off its entry, changes it, and puts it back.
    said=$(ioctls 1000 generation 1 $here/owned && echo EVIL >$here/owned &&
        ioctls 1000 generation -1 $here/owned; cat $here/owned 2>&1)
    if [ $level -ge 1 ] && [ "$said" = EVIL ]; then
        fail "level $level: an owner's change is seen" "it reads $said"
    else
        pass "level $level: an owner's change is seen"
    fi
    # Or leaves it off its entry, as a file that is not listed.
    said=$(ioctls 1000 generation 1 $here/left && echo EVIL >$here/left; cat $here/left 2>&1)
    case $level$said in
    0EVIL) pass "level 0: an owner takes a file off its entry" ;;
    # Attack.
    *GOOD) pass "level $level: no owner takes a file off its entry" ;;
    *) fail "level $level: no owner takes a file off its entry" "it reads $said" ;;
    esac
}

insmod /lib/veriexec.ko
insert overlay
mkdir /alone /shared /bound /lower /upper /merged /disk
mount -t tmpfs alone /alone
mount -t tmpfs shared /shared
mount --make-shared /shared
mount -o bind /shared /bound
partition add /dev/disk1 1 30
name_disks
mke2fs -q /dev/disk1p1 >/dev/null 2>&1
mount -t ext4 /dev/disk1p1 /disk || mount -t ext2 /dev/disk1p1 /disk

case $release in 6.1.*) has_beneath= ;; *) has_beneath=yes ;; esac
phase=prepare
for level in 0 1 2 3; do
    all
    mkdir /disk/$level
    for name in data owned left other; do echo GOOD >/disk/$level/$name; done
    chown 1000:1000 /disk/$level/*
    list /disk/$level/data
    list /disk/$level/owned
    list /disk/$level/left
done
mkdir /disk/gone
echo GOOD >/disk/gone/data
list /disk/gone/data
mount -t tmpfs upper /upper
mkdir /upper/u /upper/w
check "there is an overlay" \
    mount -t overlay -o lowerdir=/lower,upperdir=/upper/u,workdir=/upper/w over /merged
phase=list
for level in 0 1 2 3; do all; done

find /bin /lib /lib64 /usr -type f ! -name '*.ko' 2>/dev/null | while read -r file; do
    echo "$file SHA256 $(sum "$file") direct,indirect,file" >>/signatures
done
check "all is listed" veriexecctl -k load /signatures
echo "@@ note allocations: $(cat $veriexec/allocations 2>/dev/null)"

for level in 0 1 2 3; do
    [ -z "$has_beneath" ] || mount -t tmpfs top /alone/$level/beneath/p/q
done

phase=run
for level in 0 1 2 3; do
    check "level $level" sh -c "echo $level >$veriexec/strict"
    # What is still held, though it was removed, keeps a file system from being made read-only.
    [ $level -gt 0 ] || check "a directory that was removed is not held" sh -c "rm -r /disk/gone &&
        sleep 2 && mount -o remount,ro /disk && mount -o remount,rw /disk"
    all
    commands
done
