# A scanner answers for everything that is opened, executed or read. It reads each file itself, and
# so does the module: neither may wait for the other.
veriexec=/proc/sys/kern/veriexec
insmod /lib/veriexec.ko
insert overlay
sum() { sha256sum "$1" | cut -d ' ' -f 1; }

mkdir /w /lower /upper /merged
mount -t tmpfs w /w
mount -t tmpfs upper /upper
mkdir /upper/u /upper/w
for level in 0 1 2; do
    for name in data changed; do echo "$name $level" >/w/$name$level; done
    mkdir /w/program$level
    cp /bin/busybox /w/program$level/true
    echo "lower $level" >/lower/data$level
done
mount -t overlay -o lowerdir=/lower,upperdir=/upper/u,workdir=/upper/w overlay /merged
{
    for program in busybox veriexecctl listener; do
        echo "/bin/$program SHA256 $(sum /bin/$program) program, interpreter, file"
    done
    for library in $(find /lib /lib64 /usr -type f ! -name '*.ko*' 2>/dev/null); do
        echo "$library SHA256 $(sum $library) library, file"
    done
    for level in 0 1 2; do
        echo "/w/data$level SHA256 $(sum /w/data$level) file, indirect"
        echo "/w/program$level/true SHA256 $(sum /bin/busybox) direct, file"
        echo "/w/changed$level SHA256 $(printf '%064d' 0) file"
        echo "/merged/data$level SHA256 $(sum /merged/data$level) file"
    done
} >/signatures
check "signatures are loaded" veriexecctl -k load /signatures

listen() { listener $1 >/tmp/said & until [ -s /tmp/said ]; do sleep 1; done; rm /tmp/said; }
for directory in /w / /merged /upper; do listen $directory; done

# soon NAME COMMAND...: it ends within twenty seconds.
soon() { name=$1; shift; check "$name" timeout -s KILL 20 "$@"; }
for level in 0 1 2; do
    if [ $level != 0 ]; then check "level $level" sh -c "echo $level >$veriexec/strict"; fi
    soon "level $level: a listed file is read" sh -c "cat /w/data$level >/dev/null"
    soon "level $level: and by another name" sh -c "cat /merged/data$level >/dev/null"
    # Attack.
    soon "level $level: a program starts" /w/program$level/true
    soon "level $level: an unlisted file is read" cat /signatures
    if [ $level = 0 ]; then
        soon "level 0: a changed file is read" sh -c "cat /w/changed$level >/dev/null"
    else
        refuse "level $level: a changed file is denied" "" timeout -s KILL 20 cat /w/changed$level
        settle
        say "level $level: by us" "denied: read, level=$level" sh -c \
            "dmesg | grep -F '/w/changed$level,'"
    fi
    # Many at once.
    # Attack.
    soon "level $level: fifty at once" sh -c '
        for number in $(seq 50); do /bin/busybox cat /w/data* >/dev/null & done; wait'
done
check "the listeners are there" test "$(pidof listener | wc -w)" = 4
