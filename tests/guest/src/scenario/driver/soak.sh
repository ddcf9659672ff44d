veriexec=/proc/sys/kern/veriexec
insmod /lib/veriexec.ko
mkdir /files
mount -t tmpfs files /files
cp /nothing /files/good
cp /nothing /files/bad && echo >>/files/bad
head -c 50000 /dev/urandom >/files/data
head -c 50000 /dev/urandom >/files/written
for name in good data written; do
    echo "/files/$name SHA256 $(sha256sum /files/$name | cut -d' ' -f1) direct,indirect,file"
done >/tmp/signatures
echo "/files/bad SHA256 $(sha256sum /nothing | cut -d' ' -f1) direct,file" >>/tmp/signatures
check "all is listed" veriexecctl -k load /tmp/signatures
check "level 1" sh -c "echo 1 >$veriexec/strict"

# What nobody has opened has no status yet that could be asked.
refuse "what does not match is refused" "not permitted" cat /files/bad

# used: the kernel's own memory, in KiB, without what it can give back at once.
used() {
    sync
    echo 3 >/proc/sys/vm/drop_caches
    sleep 2
    awk '/^(SUnreclaim|VmallocUsed|KernelStack|PageTables):/ { sum += $2 } END { print sum }' \
        /proc/meminfo
}

# What is used for the first time stays.
check "it begins" soak /files 10
allocations=$(cat $veriexec/allocations)
before=$(used)
said=$(soak /files $((minutes * 60))) && pass "$minutes minutes" || fail "$minutes minutes" "$said"
after=$(used)
echo "@@ note $minutes min: $said; kernel's memory $before KiB before, $after KiB after"
check "the module has no more memory than before" \
    test "$(cat $veriexec/allocations)" -eq "$allocations"
# One that checks itself keeps what was freed, to see who uses it still, and looks for what is lost.
case $release in *-checked) ;; *)
    check "nor has the kernel, but for two MiB" test "$after" -lt $((before + 2048))
    ;;
esac
say "and all entries are there" 4 cat $veriexec/count/table0/nentries
