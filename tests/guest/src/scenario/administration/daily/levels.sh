# From level 0 to level 2, with the list that veriexecgen makes by itself.

check "the module is inserted" insmod $place/veriexec.ko

# list_all DIRECTORY...: lists what is installed there, and loads that.
list_all() {
    # Some links of Debian's lead nowhere.
    veriexecgen -r -W $(printf ' -d %s' "$@") >/root/listed 2>&1
    echo "@@ note $(wc -l </etc/signatures) files are listed, $(wc -l </root/listed) links are not"
    check "the list is loaded" veriexecctl -k -e load
}

# raise: to level 2.
raise() {
    echo 2 >/proc/sys/kern/veriexec/strict
    say "the level is raised" 2 cat /proc/sys/kern/veriexec/strict
    settle
    dmesg --clear
}

# denied_only [PATH...]: nothing else was, of all that was done since the level was raised. What is
# allowed is not reported.
denied_only() {
    reports >/root/denied
    for path; do
        check "level 2: denied: $path" grep -qF "[$path," /root/denied
        grep -vF "[$path," /root/denied >/root/denied.left
        mv /root/denied.left /root/denied
    done
    check "level 2: nothing was denied${1:+ but that}" test ! -s /root/denied
    head -n 20 /root/denied | sed 's/^/@@ note /'
}
# What is said again within a minute is only counted; the first of each file and program is said.
reports() {
    settle
    dmesg | grep -F 'Veriexec: ' | grep -vE 'more reports? suppressed'
}
