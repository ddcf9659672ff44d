# A kernel that checks itself takes too long for all that may fail: there it is a sample.
each=1
case $release in *-checked)
    each=5
    echo "@@ note a sample: each ${each}th of what may fail"
    ;;
esac

# begin N: the module is inserted, and the N-th thing that may fail for want of memory fails.
begin() {
    if said=$(insmod /lib/veriexec.ko "fail=$1" 2>&1); then
        began=yes
        failed=$(cat /sys/module/veriexec/parameters/fail)
        rmmod veriexec
    else
        began=no
        failed=1
        case $said in *memory*) ;; *) echo "fault $1: $said" ;; esac
    fi
    for left in /dev/veriexec /proc/sys/kern/veriexec /sys/module/veriexec; do
        test ! -e $left || echo "fault $1: $left is left"
    done
}

count=$((1 - each))
failed=1
while [ $failed -ne 0 ] && [ $count -lt 200 ]; do
    count=$((count + each))
    begin -$count
    if [ $began = yes ] && [ "$failed" -ne 0 ]; then echo "it begins without $count"; fi
    begin $count
    if [ $began = yes ] && [ "$failed" -ne 0 ]; then echo "it begins without $count"; fi
done >/tmp/said
check "it begins with all that it needs, or not at all" test ! -s /tmp/said
cat /tmp/said
check "there is something that can fail" test $count -gt 20
echo "@@ note inserted, with what may fail up to the $((count - each))th failing"

insmod /lib/veriexec.ko
if said=$(memory $each 2>&1); then pass "requests, and files that are opened"; else
    fail "requests, and files that are opened" "$said"
fi
echo "$said"
echo "@@ note requests and files: $(echo "$said" | tail -n 1)"
check "the module is removed" rmmod veriexec
logged "and leaves nothing behind" "Veriexec: unloaded, 0 allocations left."

insmod /lib/veriexec.ko
for name in scsi_common scsi_mod sd_mod; do insert $name; done
unxz /lib/modules/scsi_debug.ko.xz 2>/dev/null
insmod /lib/modules/scsi_debug.ko dev_size_mb=8
insmod /lib/modules/requester.ko
ln -s /t /lib/firmware
mkdir /t /own /disk
mount -t tmpfs -o size=256m shared /t
partition add /dev/disk1 1 30
name_disks
mke2fs -q /dev/disk1p1 >/dev/null 2>&1
mount -t ext2 /dev/disk1p1 /disk
cat >/tmp/load <<'END'
digest=$(sha256sum /bin/busybox | cut -d' ' -f1)
echo "/bin/busybox SHA256 $digest direct,indirect,file" >>/signatures
veriexecctl -k load /signatures
END
said=$(rows /table "sh /tmp/load" $each 2>&1)
status=$?
if [ $status -eq 0 ]; then pass "every hook"; else
    fail "every hook" "$(echo "$said" | head -n 30)"
    echo "$said"
fi
echo "@@ note hooks: $(echo "$said" | tail -n 2 | tr '\n' ' ')"
