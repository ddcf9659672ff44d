# Programs start and files are read, at each level, while a scanner is asked about each file. Nothing
# hangs, the scanner denies what it must, and so do we.
veriexec=/proc/sys/kern/veriexec
mount -t tmpfs tmp /run
mount -t tmpfs -o mode=1777 tmp /tmp
check "the module is inserted" insmod $place/veriexec.ko

mkdir -p /work/bin /work/text
for program in cat cp date dd df du env expr fold head id join ls md5sum nl od paste pr ptx readlink \
    seq sha256sum sort split stat sum tac tail tr tsort uniq wc who xargs find grep sed tar; do
    cp $(command -v $program) /work/bin/$program || fail "programs are there" $program
done
cp -r /usr/share/doc/libc6 /etc/default /usr/include/asm-generic /work/text/
echo 'int main(void) { return 42; }' >/work/program.c
printf '#include <stdio.h>\n#include <stdlib.h>\n#include <unistd.h>\n#include <linux/fs.h>\n%s\n' \
    'int main(void) { printf("%d\n", BLKRRPART); return 0; }' >/work/more.c
cp /usr/bin/true /work/changed
. $place/$boot

check "all is listed" sh -c "veriexecgen -W -r -d /usr/bin -d /usr/sbin -d /usr/lib \
    -d /usr/local -d /work -o /run/signatures; test -s /run/signatures"
printf changed >>/work/changed
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
starts() { for program in /work/bin/*; do soon $program --version; done; }
compiles() {
    soon tcc -c -o /work/program.o /work/program.c
    soon tcc -o /work/more /work/more.c
    test -s /work/more || echo "nothing is compiled"
    rm -f /work/more /work/program.o
}
packs() {
    soon tar -cf /work/packed.tar /work/text
    soon tar -xf /work/packed.tar -C /tmp
    rm -rf /work/packed.tar /tmp/work
}
reads() { soon find /work /etc -type f -exec cat {} +; }
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
        check "level 0: a changed file is used" /work/changed
    else
        refuse "level $level: we deny what is changed" "not permitted" /work/changed
        logged "level $level: and say so" "/work/changed, prog="
    fi
done
