insmod /lib/veriexec.ko
echo "@@ note $(cat /note)"
for name in scsi_common scsi_mod sd_mod; do insert $name; done
unxz /lib/modules/scsi_debug.ko.xz 2>/dev/null
insmod /lib/modules/scsi_debug.ko dev_size_mb=8
insmod /lib/modules/requester.ko
ln -s /t /lib/firmware

mkdir /t /own /disk /broken
mount -t tmpfs -o size=256m shared /t
for number in 1 2; do
    partition add /dev/disk$number 1 30
    name_disks
    mke2fs -q /dev/disk${number}p1 >/dev/null 2>&1
done
mount -t ext2 /dev/disk1p1 /disk
mount -t ext2 -o noatime /dev/disk2p1 /broken
check "there is a disk for commands that go through" test -b /dev/sda

# What runs when all files are there: they are listed, and one disk loses most of what is on it.
cat >/tmp/load <<'END'
digest=$(sha256sum /bin/busybox | cut -d' ' -f1)
echo "/bin/busybox SHA256 $digest direct,indirect,file" >>/signatures
veriexecctl -k load /signatures || exit 1
sync
echo 1 >/proc/sys/vm/drop_caches
partition resize /dev/disk2 1 1
END

said=$(rows /table "sh /tmp/load" 2>&1)
status=$?
last=$(echo "$said" | tail -n 1)
if [ $status -eq 0 ]; then
    pass "every row"
else
    fail "every row" "$(echo "$said" | head -n 30)"
    echo "$said"
fi
echo "@@ note $last"
