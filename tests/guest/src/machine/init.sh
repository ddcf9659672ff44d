#!/bin/busybox sh
# The first process of a guest: what a scenario finds, and what it says how it went.
/bin/busybox --install -s /bin
export PATH=/bin
mount -t devtmpfs dev /dev
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t tmpfs tmp /tmp
mount -t debugfs debug /sys/kernel/debug
# The kernel's own first root is everybody's, and no machine's is.
chmod 755 /
cd /root

# A kernel that looks for memory that nobody can reach any more is asked when all is done; at level 3
# the file could not be opened.
leaks=/sys/kernel/debug/kmemleak
if test -e $leaks; then exec 9<>$leaks; fi

# insert NAME: a module of the kernel's own, unless the kernel itself has it.
insert() {
    if test -e "/lib/modules/$1.ko.xz"; then unxz "/lib/modules/$1.ko.xz" || return 1; fi
    if test -e "/lib/modules/$1.ko"; then insmod "/lib/modules/$1.ko"; fi
}

# name_disks: gives disks and their partitions the names /dev/disk1, /dev/disk1p1 and so on, in the
# order in which the machine has them. The kernel's are in the order in which it finds them.
name_disks() {
    until [ "$(ls -d /sys/block/nvme0n* 2>/dev/null | wc -l)" -ge "$disks" ]; do sleep 1; done
    for disk in /sys/block/nvme0n*; do
        test -e $disk/nsid || continue
        name=/dev/disk$(cat $disk/nsid)
        node $name $disk
        for part in $disk/nvme*p*; do
            if test -e $part/partition; then node ${name}p$(cat $part/partition) $part; fi
        done
    done
}
node() { test -e $1 || mknod $1 b $(tr : ' ' <$2/dev); }

. /checks
. /scenario

# What was given up a moment ago may still be on its way.
if test -e $leaks; then
    sleep 6
    for time in once again; do echo scan >&9; done
    cat <&9 | sed 's/^/@@ log /'
fi
finish
