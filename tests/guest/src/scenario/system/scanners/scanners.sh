# Programs start and files are read, at each level, while a scanner is asked about each file. Nothing
# hangs, the scanner denies what it must, and so do we.
veriexec=/proc/sys/kern/veriexec
mount -t tmpfs tmp /run
mount -t tmpfs -o mode=1777 tmp /tmp
check "the module is inserted" insmod $place/veriexec.ko

mkdir -p /scanned/bin /scanned/text
for program in cat cp date dd df du env expr fold head id join ls md5sum nl od paste pr ptx readlink \
    seq sha256sum sort split stat sum tac tail tr tsort uniq wc who xargs find grep sed tar; do
    cp $(command -v $program) /scanned/bin/$program || fail "programs are there" $program
done
cp -r /usr/share/doc/libc6 /etc/default /usr/include/asm-generic /scanned/text/
echo 'int main(void) { return 42; }' >/scanned/program.c
printf '#include <stdio.h>\n#include <stdlib.h>\n#include <unistd.h>\n#include <linux/fs.h>\n%s\n' \
    'int main(void) { printf("%d\n", BLKRRPART); return 0; }' >/scanned/more.c
cp /usr/bin/true /scanned/changed
. $place/$boot

check "all is listed" sh -c "veriexecgen -W -r -d /usr/bin -d /usr/sbin -d /usr/lib \
    -d /usr/local -d /scanned -o /run/signatures; test -s /run/signatures"
printf changed >>/scanned/changed
check "and loaded" veriexecctl -k load /run/signatures
check "the scanner starts" scanner_starts

# A loop of the work ends with the time. What takes four minutes hangs: a scanner looks at each file.
soon() {
    timeout -s KILL 240 "$@" >/dev/null 2>&1 </dev/null
    ended=$?
    case $ended in
    137) echo "hangs: $*" ;;
    126 | 127) echo "does not start: $*" ;;
    esac
    count=$((count + 1))
}
starts() { for program in /scanned/bin/*; do soon $program --version; done; }
compiles() {
    soon tcc -c -o /scanned/program.o /scanned/program.c
    soon tcc -o /scanned/more /scanned/more.c
    test -s /scanned/more || echo "nothing is compiled"
    rm -f /scanned/more /scanned/program.o
}
packs() {
    soon tar -cf /scanned/packed.tar /scanned/text
    soon tar -xf /scanned/packed.tar -C /tmp
    rm -rf /scanned/packed.tar /tmp/scanned
}
reads() { soon find /scanned /etc -type f -exec cat {} +; }
work() {
    count=0
    while [ $(cut -d . -f 1 /proc/uptime) -lt $end ]; do $1; done
    echo "$count $1"
}

for level in 0 1 2; do
    if [ $level != 0 ]; then check "level $level" sh -c "echo $level >$veriexec/strict"; fi
    end=$(($(cut -d . -f 1 /proc/uptime) + minutes * 20))
    for kind in starts compiles packs reads; do work $kind >/run/$kind 2>&1 & done
    wait $(jobs -p)
    said=$(cat /run/starts /run/compiles /run/packs /run/reads)
    echo "@@ note $boot, level $level: $(echo "$said" | grep '^[0-9]* [a-z]*$' | tr '\n' ' ')"
    if [ "$(echo "$said" | grep -c '^[1-9][0-9]* [a-z]*$')" = 4 ] &&
        [ "$(echo "$said" | wc -l)" = 4 ]; then
        # Attack.
        pass "level $level: nothing hangs beside a scanner"
    else
        fail "level $level: nothing hangs beside a scanner" "$said"
    fi
    check "level $level: the scanner is there" scanner_is_there
    refuse "level $level: it denies what it must" "not permitted" scanner_denies
    if [ $level = 0 ]; then
        check "level 0: a changed file is used" /scanned/changed
    else
        refuse "level $level: we deny what is changed" "not permitted" /scanned/changed
        logged "level $level: and say so" "/scanned/changed, prog="
    fi
done
