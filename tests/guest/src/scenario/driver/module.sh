refuse "there is no device before the module" "" test -e /dev/veriexec
check "the module can be inserted" insmod /lib/veriexec.ko
say "it is there" veriexec lsmod
check "it has a device" test -c /dev/veriexec
say "which is the superuser's" "600 0 0" stat -c "%a %u %g" /dev/veriexec
refuse "it cannot be inserted twice" "File exists" insmod /lib/veriexec.ko

# Out of tree, and without a signature of Debian's, if the kernel looks for one: nothing else is to
# be said against it.
case $release in *-checked) taint=4096 ;; *) taint=12288 ;; esac
say "it taints the kernel as what it is" $taint cat /proc/sys/kernel/tainted

exec 3</dev/veriexec
refuse "it cannot be removed while it is used" "temporarily unavailable" rmmod veriexec
exec 3<&-
check "it can be removed" rmmod veriexec
refuse "its device is gone" "" test -e /dev/veriexec
logged "it leaves nothing behind" "Veriexec: unloaded, 0 allocations left."

for round in 1 2 3 4 5; do
    insmod /lib/veriexec.ko && rmmod veriexec || fail "it comes and goes" "round $round"
done
pass "it comes and goes"
