# A hook that is not asked is worse than none: whoever loads the module is told which it is.
called=/proc/sys/kern/veriexec/called

check "the module is inserted" insmod /lib/veriexec.ko
say "with all of its hooks it enforces" "enforcing: the self-test has passed" veriexec-kmod load
cut -d ' ' -f 1 $called >/tmp/names
count=$(wc -l </tmp/names)
say "each of them is counted" $count cat /proc/sys/kern/veriexec/hooks
refuse "and was called" "" grep ' 0$' $called
say "a second time it says the same" "enforcing: the self-test has passed" veriexec-kmod load
refuse "the kernel complains of nothing that was tried" "" \
    sh -c "dmesg | grep -E 'ELF|Module has|autoloading'"
check "it is removed" rmmod veriexec

named=0
for name in $(cat /tmp/names); do
    insmod /lib/veriexec.ko leave_out=$name || fail "without $name" "it is not inserted"
    said=$(veriexec-kmod load 2>&1) && fail "without $name it does not enforce" "$said"
    silent=$(echo "$said" | sed -n "s/.*the kernel's \(.*\) does not lead to the module/\1/p")
    if [ "$silent" = $name ] && echo "$said" | grep -q "NOT ENFORCING"; then
        # Attack.
        pass "without $name it says so"
        named=$((named + 1))
    else
        fail "without $name it says so, and of no other" "$said"
    fi
    rmmod veriexec || fail "without $name" "it is not removed"
done
echo "@@ note $named of $count are named when they are left out"
if [ $named -eq $count ] && [ $count -ge 22 ]; then
    pass "all of them"
else
    fail "all of them" "$named of $count"
fi
