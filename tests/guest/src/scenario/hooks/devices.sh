# Devices: ways to a disk, or to the kernel's memory, that lead past the files. From which level on
# each is refused; below that the kernel says what comes of it, as it does without the module.

sum() { sha256sum "$1" | cut -d' ' -f1; }
list() { echo "$1 SHA256 $(sum "$1") direct,indirect,file" >>/signatures; }
veriexec=/proc/sys/kern/veriexec

# The first disk has a file system with listed files, the third has one that a loop holds, the fourth
# is what a mapped disk is made of, the second and fifth have nothing, the sixth has one without any.
insert loop
insert dm-mod
insert configfs
insert nvmet
for number in 1 3; do
    partition add /dev/disk$number 1 30
    name_disks
    mke2fs -q /dev/disk${number}p1 >/dev/null 2>&1
done
mkdir /disk /image
check "there is a disk" mount -t ext4 /dev/disk1p1 /disk
check "a loop holds a disk" losetup /dev/loop3 /dev/disk3p1
check "there is a file system on it" mount -t ext4 /dev/loop3 /image
number() { cat /sys/block/$(ls /sys/block | while read -r name; do
    [ "$(cat /sys/block/$name/nsid 2>/dev/null)" = $1 ] && echo $name; done)/dev; }
mkdir -p /dev/mapper /mapped /other
mke2fs -q /dev/disk6 >/dev/null 2>&1
test -e /dev/mapper/control || mknod /dev/mapper/control c 10 236
check "there is a mapped disk" device table one $(number 4) 32768
mknod /dev/one b $(tr : ' ' </sys/block/dm-0/dev)
mke2fs -q /dev/one >/dev/null 2>&1
check "there is a file system on it, too" mount -t ext4 /dev/one /mapped
for file in /disk/data /image/data /mapped/data; do echo "what is in $file" >$file; list $file; done
dd if=/dev/zero of=/tmp/image bs=1M count=4 2>/dev/null

generic=$(ls -d /sys/class/nvme-generic/* | head -n 1)
mknod /dev/generic c $(tr : ' ' <$generic/dev)
mknod /dev/controller c $(tr : ' ' </sys/class/nvme/nvme0/dev)
pci=/sys/class/nvme/nvme0/device/resource0
clock=$(ls /dev/rtc* 2>/dev/null | head -n 1)

find /bin /lib /lib64 -type f ! -name '*.ko' 2>/dev/null | while read -r file; do list "$file"; done
check "the module can be inserted" insmod /lib/veriexec.ko
check "all is listed" veriexecctl -k load /signatures

# from LEVEL NAME COMMAND...: it is refused from that level on, and reported when it first is.
from() {
    first=$1 name=$2; shift 2
    if [ $level -lt $first ]; then
        check "level $level, $name" "$@"
    else
        refuse "level $level, $name" "ot permitted" "$@"
    fi
}

# write_to FILE: it is opened for write. A device of no driver says so after it was asked about.
write_to() {
    said=$( ( exec 3>>"$1" ) 2>&1 )
    echo "$said"
    case $said in *"ot permitted"*) false ;; esac
}

# attempt COMMAND...: it is not refused, whatever else it says.
attempt() {
    said=$("$@" 2>&1)
    echo "$said"
    case $said in *"ot permitted"*) false ;; esac
}

# export_disk DISK: others on a network may write to it. withdraw: they may not.
mkdir /config
mount -t configfs config /config
subsystem=/config/nvmet/subsystems/ours
mkdir $subsystem $subsystem/namespaces/1
export_disk() { printf %s $1 >$subsystem/namespaces/1/device_path && echo 1 >$subsystem/namespaces/1/enable; }
withdraw() { echo 0 >$subsystem/namespaces/1/enable; }
export_for_a_moment() { export_disk $1 && withdraw; }
mount_for_a_moment() { mount -t ext4 $1 /other && umount /other; }

for device in "tape c 9 0" "flash c 90 0"; do mknod /dev/${device%% *} ${device#* }; done
never=4
all() {
    # What a disk is asked, and what every file is.
    from $never "a disk's size" device command /dev/disk1 0x80081272
    from $never "a disk's geometry" device command /dev/disk1 0x301
    from $never "whether a disk is a terminal" device command /dev/disk1 0x5401
    from $never "a loop's status" device command /dev/loop3 0x4C05
    from $never "which disk of a controller it is" device command /dev/disk1 0x4E40
    from $never "a terminal's size" device command /dev/console 0x5413
    from $never "how much randomness there is" device command /dev/random 0x80045200
    if [ -n "$clock" ]; then from $never "the time" device command $clock 0x80247009; fi

    # Disks that change.
    from 2 "the listed disk's partitions, read again" device command /dev/disk1 0x125f
    from 3 "another disk's" device command /dev/disk2 0x125f
    from 2 "the listed loop, given another file" device command /dev/loop3 0x4C06 0
    from 2 "its size, asked of its file again" device command /dev/loop3 0x4C07
    from 3 "a loop that nothing is on" device command /dev/loop5 0x4C01
    from 2 "the listed disk, made read-only" device command /dev/disk1 0x125d

    from 2 "a mapped disk, made of another" device table one $(number 5) 32768
    # Of one that nobody uses: what the loop is made of, nobody knows.
    case $level in 0) unused=5 ;; 1) unused=7 ;; *) unused=8 ;; esac
    from 3 "a new mapped disk" device table new$level $(number $unused) 32768
    from 3 "the same, made anew" device table new0 $(number 5) 16384

    # Disks that the kernel opens.
    from 2 "a second mapped disk, made of the same" device table second$level $(number 4) 16384
    from 2 "a mapped disk, made of a mounted one" attempt device table third$level $(number 1) 32768
    from 2 "a listed disk, for others on a network" export_for_a_moment /dev/disk1p1
    from 2 "all of it, for others on a network" export_for_a_moment /dev/disk1
    from 2 "what a mapped disk is made of, for others on a network" export_for_a_moment /dev/disk4
    from 3 "another disk, for others on a network" export_for_a_moment /dev/disk2
    from 3 "another disk, for write" write_to /dev/disk2
    [ $level -eq 3 ] || check "level $level, another disk's file system" mount_for_a_moment /dev/disk6

    # Commands of which nobody knows what they do.
    from 2 "a command to a disk, for SCSI" device command /dev/disk2 0x2285
    from 2 "a command to a disk, for NVMe" device command /dev/disk2 0xC0484E41
    from 2 "a command to a disk, for MMC" device command /dev/disk2 0xC048B300
    from 2 "a command to a disk that nobody has" device command /dev/disk2 0x4E99
    from 2 "a command to a controller" device command /dev/controller 0xC0484E41
    from 2 "a command to a controller that nobody has" device command /dev/controller 0x4E99
    from 2 "a command to a generic device" device command /dev/generic 0xC0484E43
    from 2 "a command to a generic device, by a ring" device ring /dev/generic 0xC0484E80
    from 2 "an administrator's, by a ring" device ring /dev/controller 0xC0484E82
    from $never "a command to nothing, by a ring" device ring /dev/null 0
    from 2 "what once was a tape's, for write" write_to /dev/tape
    from 2 "what once was flash memory's, for write" write_to /dev/flash

    # What is written without a command.
    from 2 "a device without a number of its own is mapped" device map /dev/generic
    from 2 "the same, for reading first" device map /dev/generic read
    from 2 "the same, with other flags" device map /dev/generic validate
    from $never "memory that is no device's is mapped" device map /dev/zero

    # Lockdown's.
    from 2 "input and output" device ports
    from 2 "a device's registers" device map $pci
    from 2 "a device's configuration" \
        dd if=/dev/zero of=${pci%resource0}config bs=1 count=1 conv=notrunc
    if [ -w /sys/kernel/debug/sleep_time ] || [ -e /sys/kernel/debug/clear_warn_once ]; then
        from 2 "a debugger's file" sh -c "echo 1 >/sys/kernel/debug/clear_warn_once"
    fi
}
# changed NAME COMMAND...: after it, what was known of a disk's files is not any more.
changed() {
    after=$1; shift
    cat /disk/data >/dev/null
    say "level $level, $after: known before" "status: valid" veriexecctl query /disk/data
    "$@" >/dev/null 2>&1
    say "level $level, $after: not after it" "not evaluated" veriexecctl query /disk/data
}

# What another disk has there is what was there, but that one word is another.
sync
dd if=/dev/disk4 of=/dev/disk5 bs=1M 2>/dev/null
attack raw /dev/disk5 $(attack where /dev/one /mapped/data)
drop='echo 3 >/proc/sys/vm/drop_caches'

for level in 0 1 2 3; do
    check "level $level" sh -c "echo $level >$veriexec/strict"
    if [ $level -lt 2 ]; then
        changed "a disk's unknown command" device command /dev/disk1 0x4E99
        changed "another disk's unknown command" device command /dev/disk2 0x4E99
        changed "a controller's command" device command /dev/controller 0x4E99
        changed "a ring's command" device ring /dev/generic 0xC0484E80
        changed "a disk made read-only and not" device command /dev/disk1 0x125d
    fi
    all
    case $level in
    1)
        cat /mapped/data >/dev/null
        check "level 1, the mapped disk is made of another" device table one $(number 5) 32768
        refuse "level 1, then what is there is refused" "ot permitted" sh -c "$drop; cat /mapped/data"
        check "level 1, it is made of the first again" device table one $(number 4) 32768
        check "level 1, then what is there is read" sh -c "$drop; cat /mapped/data"
        check "level 1, a listed disk is there for others" export_disk /dev/disk1
        refuse "level 1, then what is on it is refused" "ot permitted" cat /disk/data
        check "level 1, it is there for them no more" withdraw
        check "level 1, then what is on it is read" sh -c "$drop; cat /disk/data" ;;
    2) check "level 2, the mapped disk has what it had" sh -c "$drop; cat /mapped/data" ;;
    esac
    [ $level -lt 3 ] || continue
    check "level $level, what is listed is still read" cat /disk/data /image/data
done
logged "what goes past is reported" 'Veriexec: Device pass-through request. [/dev/generic'
logged "so is what lockdown knows" 'Veriexec: Memory write access request. [I/O ports'
logged "and its registers" 'Veriexec: Memory write access request. [PCI device'
