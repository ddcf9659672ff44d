. $place/measure
zeros=$(printf '%064d' 0)
i=0
mkdir /files/many
while [ $i -lt 9998 ]; do echo $i >/files/many/$i; i=$((i + 1)); done
(cd /files/many && sha256sum *) >/run/sums
printf 'changed' >>/files/wrong

# What still runs at level 3, and what that opens.
poweroff() { echo o >/proc/sysrq-trigger; sleep 600; }
programs=$(which cost dmesg grep sed sleep sync tail tr)
{
    for program in $programs; do readlink -f $program; done
    for library in $(ldd $programs 2>/dev/null | grep -o '/[^ ]*\.so[^ ]*'); do
        readlink -f $library
    done
    echo /etc/ld.so.cache
} | sort -u | xargs sha256sum >/run/needed
{
    echo "/files/listed SHA256 $(sum /files/listed) direct, indirect, file"
    echo "/files/wrong SHA256 $zeros direct, indirect, file"
    sed -E 's|^(\w+)  (.*)|/files/many/\2 SHA256 \1 file|' /run/sums
    sed -E 's|^(\w+)  (.*)|\2 SHA256 \1 direct, indirect, file|' /run/needed
} >/run/signatures

# What is trusted, is; all else is allowed, but for one file, which tells when it is ready.
{
    echo "/files/listed $(stat -c %s /files/listed) $(sum /files/listed)"
    while read -r digest name; do
        echo "/files/many/$name $((${#name} + 1)) $digest"
    done </run/sums
} >/etc/fapolicyd/fapolicyd.trust
rm -f /etc/fapolicyd/trust.d/* /etc/fapolicyd/rules.d/*
sed -i 's/^trust = .*/trust = file/; s/^integrity = .*/integrity = sha256/; s/^nice_val = .*/nice_val = 0/' \
    /etc/fapolicyd/fapolicyd.conf
mkdir -m 770 /run/fapolicyd
chgrp fapolicyd /run/fapolicyd
cat >/etc/fapolicyd/compiled.rules <<END
deny perm=execute all : path=/files/wrong
allow perm=any all : trust=1
allow perm=any all : all
END

fapolicyd_starts() {
    fapolicyd --no-details >/run/fapolicyd.said 2>&1 || return 1
    for try in $(seq 100); do
        /files/wrong 2>/dev/null || return 0
        sleep 0.1
    done
    return 1
}
fapolicyd_stops() {
    kill "$(cat /run/fapolicyd.pid)"
    for try in $(seq 100); do
        /files/wrong 2>/dev/null && return 0
        sleep 0.1
    done
    return 1
}

check "nobody denies anything" /files/wrong
measure none 6
check "the module is inserted" insmod $place/veriexec.ko
measure level-0 6
check "the module is removed" rmmod veriexec
check "fapolicyd denies what it shall" fapolicyd_starts
measure fapolicyd 6
check "fapolicyd is stopped" fapolicyd_stops
measure none 6

# From here on there is no way back.
raise() { echo $1 >/proc/sys/kern/veriexec/strict; }
check "the module is inserted for good" insmod $place/veriexec.ko
check "10,000 entries and some are loaded" veriexecctl load /run/signatures
say "all of them" $(wc -l </run/signatures) cat /proc/sys/kern/veriexec/count/table0/nentries
check "level 1" raise 1
refuse "what is not as listed is denied" "not permitted" /files/wrong
measure level-1 6
check "level 2: also what is executed without being listed" raise 2
measure level-2 4
check "level 3: all that is not listed" raise 3
measure level-3 3
