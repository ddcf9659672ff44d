#!/bin/busybox sh
# The first process of a guest: what a scenario finds, and what it says how it went.
/bin/busybox --install -s /bin
export PATH=/bin
mount -t devtmpfs dev /dev
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t tmpfs tmp /tmp
cd /root

# insert NAME: a module of the kernel's own, unless the kernel itself has it.
insert() {
    if test -e "/lib/modules/$1.ko.xz"; then unxz "/lib/modules/$1.ko.xz" || return 1; fi
    if test -e "/lib/modules/$1.ko"; then insmod "/lib/modules/$1.ko"; fi
}

. /checks
. /scenario

finish
