# The first process sets the machine up and becomes init. Debian starts this as a service, too,
# which has nothing to do.
[ $$ -eq 1 ] || exit 0
strict=/proc/sys/kern/veriexec/strict

# inactive UNIT: it does not run, although it is enabled.
inactive() { ! systemctl --quiet is-active "$1"; }

case $boot in
agetty) lacking=/usr/sbin/agetty; unit=getty@tty1 ;;
sshd) lacking=/usr/sbin/sshd; unit=ssh ;;
login) lacking=/usr/bin/login; command="login -f root" ;;
esac

check "$boot: a list is made" veriexecgen -r -d /usr -d /etc/init.d -o /etc/all
if [ $boot = agetty ]; then
    check "level 2 is good with the list that veriexecgen makes" \
        veriexecctl preflight -p / --level 2 --signatures /etc/all
    refuse "level 3 is refused: data are not listed" "vital: /etc/passwd: not listed" \
        veriexecctl preflight -v -p / --level 3 --signatures /etc/all
    refuse "level 3 is refused: files are made" ": no file is made" \
        veriexecctl preflight -v -p / --level 3 --signatures /etc/all
fi
check "$boot: it is in the list" grep -q "^$lacking " /etc/all
grep -v "^$lacking " /etc/all >/etc/signatures
refuse "$boot: preflight names it" "vital: $lacking: not listed" \
    veriexecctl preflight -p / --level 2

check "$boot: the module is inserted" insmod $place/veriexec.ko
check "$boot: the list is loaded" veriexecctl -k load
echo 1 >/proc/sys/kern/veriexec/verbose
echo 2 >$strict

# denied: the kernel has said so.
denied() { dmesg | grep -F 'Veriexec: ' | grep -qF "$lacking"; }
# until_denied SECONDS: waits until it has.
until_denied() {
    for second in $(seq $1); do
        if denied; then return 0; fi
        sleep 1
    done
    denied
}

watch() {
    sleep 5
    if [ -n "$command" ]; then
        for second in $(seq 20); do systemctl list-jobs >/dev/null 2>&1 && break; sleep 1; done
        refuse "$boot: not without it: $command" "" $command
        check "$boot: it is denied" until_denied 10
    else
        check "$boot: it is denied" until_denied 90
        sleep 5
        check "$boot: $unit does not run" inactive $unit
    fi
    finish
}

watch &
exec /sbin/init
