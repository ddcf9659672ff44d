insmod /lib/veriexec.ko
say "there are two processors" 2 nproc
mkdir /files
i=0
while [ $i -lt 300 ]; do echo $i >/files/$i; i=$((i + 1)); done
veriexecgen -a -d /files -o /tmp/signatures
sort /tmp/signatures >/tmp/sorted

# write ROUNDS: loads everything, evaluated, and deletes or flushes it.
write() {
    round=0
    while [ $round -lt "$1" ]; do
        veriexecctl -e -k load /tmp/signatures || echo "load: $?"
        veriexecctl delete /files/$round || echo "delete: $?"
        veriexecctl flush || echo "flush: $?"
        round=$((round + 1))
    done
    touch /tmp/written
}

# read_all NAME: whatever is dumped was loaded, and a query answers or finds nothing.
read_all() {
    count=0
    until [ -e /tmp/written ]; do
        veriexecctl dump >"/tmp/dump.$1" || echo "dump: $?"
        grep -vxFf /tmp/sorted "/tmp/dump.$1" && echo "that was never loaded"
        said=$(veriexecctl query "/files/$count" 2>&1) || case $said in
        *"No Veriexec entry"*) ;;
        *) echo "query: $said" ;;
        esac
        count=$(((count + 1) % 300))
    done
    echo $count >"/tmp/count.$1"
}

read_all one >/tmp/said.one 2>&1 &
read_all two >/tmp/said.two 2>&1 &
write 10 >/tmp/said.write 2>&1
wait
for name in one two write; do
    check "nothing went wrong: $name" test ! -s /tmp/said.$name
    head -3 /tmp/said.$name
done
check "there was something to read" test "$(cat /tmp/count.one)" -gt 3
check "the module is removed" rmmod veriexec
logged "and leaves nothing behind" "Veriexec: unloaded, 0 allocations left."
