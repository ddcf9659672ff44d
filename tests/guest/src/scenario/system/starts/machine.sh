strict=/proc/sys/kern/veriexec/strict
config=/etc/veriexec.conf
list=/etc/signatures
mkdir -p /lib/modules/$release/extra /srv /run
module=/lib/modules/$release/extra/veriexec.ko
cp /lib/veriexec.ko $module
echo /lib/x86_64-linux-gnu >/etc/ld.so.conf
cp /bin/veriexecctl /srv/kept
cp /bin/veriexecctl /srv/gone
veriexecgen -r -d /bin -d /lib -d /lib64 -d /srv -o - |
    sed '/busybox/s/direct/direct, indirect, file/' >/root/good

# fresh: everything is as it should be, and nothing is loaded.
fresh() {
    test ! -e $strict || veriexec-kmod unload >/dev/null
    cp /root/good $list
    printf 'veriexec_strict=2\n' >$config
    chown 0:0 $config $list /etc
    chmod 644 $config $list
    chmod 755 /etc
}

# boots NAME STATUS LEVEL TEXT: a start ends with that status, at that level, and says the text.
boots() {
    said=$(veriexec-kmod boot 2>&1 </dev/null); ended=$?
    echo "-- $boot: $1: ended with $ended"
    echo "$said"
    level=$(cat $strict 2>/dev/null || echo none)
    case "$ended $level $said" in
    "$2 $3 "*"$4"*) pass "$1" ;;
    *) fail "$1" "ended with $ended at level $level: $said" ;;
    esac
}
fresh
