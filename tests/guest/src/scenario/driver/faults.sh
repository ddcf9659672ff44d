requests=100000
veriexec=/proc/sys/kern/veriexec

# What the requests of the corpus are about.
echo a >/a
mkdir /d
mkfifo /o
cp /bin/busybox /bin/ls.copy && rm /bin/ls && mv /bin/ls.copy /bin/ls

insmod /lib/veriexec.ko
said=$(faults /corpus $requests) && pass "the requests are answered" ||
    fail "the requests are answered" "$said"
echo "@@ note $said"
for answer in ok EPERM ENOENT EIO E2BIG EFAULT ENODEV EINVAL; do
    case $said in
    *" $answer"*) pass "some with $answer" ;;
    *) fail "some with $answer" "$said" ;;
    esac
done
check "the driver still dumps" veriexecctl dump
check "and flushes" veriexecctl flush
check "then nothing is left" test "$(cat $veriexec/allocations)" -eq 0
check "the module is removed" rmmod veriexec
logged "and leaves nothing behind" "Veriexec: unloaded, 0 allocations left."

insmod /lib/veriexec.ko
echo "/a SHA256 $(sha256sum /a | cut -d' ' -f1) file" >/tmp/signatures
check "a file is listed" veriexecctl -k load /tmp/signatures
before=$(cat $veriexec/allocations)
check "level 1" sh -c "echo 1 >$veriexec/strict"
said=$(faults /corpus 10000) && pass "at level 1, too" || fail "at level 1, too" "$said"
echo "@@ note at level 1: $said"
check "nothing has changed" test "$(cat $veriexec/allocations)" -eq "$before"
say "what was listed still is" "/a SHA256" veriexecctl dump
