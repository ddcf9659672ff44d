# The first process sets the machine up and becomes init. Debian starts this as a service, too,
# which has nothing to do.
[ $$ -eq 1 ] || exit 0
strict=/proc/sys/kern/veriexec/strict
units=/etc/systemd/system

mv /usr/local/bin/veriexec* /usr/sbin/
cp $place/veriexec.service /usr/lib/systemd/system/
mkdir -p /lib/modules/$release/updates/dkms $units/sysinit.target.wants
cp $place/veriexec.ko /lib/modules/$release/updates/dkms/
printf 'veriexec_strict=2\nveriexec_on_error=refuse\n' >/etc/veriexec.conf
cp /usr/bin/env /usr/local/bin/gone
check "$boot: a list is made" veriexecgen -r -d /usr -d /etc/init.d
rm /usr/local/bin/gone
case $boot in
early) ln -s /usr/lib/systemd/system/veriexec.service $units/sysinit.target.wants/ ;;
esac

# skipped NAME: the unit is not run, and that is no failure.
skipped() {
    check "$1: it is started" systemctl start veriexec
    say "$1: and skipped" "ConditionResult=no" systemctl show -p ConditionResult veriexec
    refuse "$1: nothing is loaded" "" test -e $strict
}

watch() {
    sleep 5
    for second in $(seq 150); do
        systemctl is-system-running 2>/dev/null | grep -q -e running -e degraded && break
        sleep 1
    done
    case $boot in
    early)
        say "early: the unit has started the machine" active systemctl is-active veriexec
        say "early: at level 2" 2 cat $strict
        say "early: the missing file is named" "/usr/local/bin/gone: no such file" \
            journalctl -b -u veriexec
        say "early: both files are listed" "valid" veriexecctl query /etc/veriexec.conf
        say "early: both files are listed" "valid" veriexecctl query /etc/signatures
        check "early: the machine is up" systemctl is-active multi-user.target
        ;;
    late)
        touch /system-update
        skipped "an update offline"
        rm /system-update
        ln -s /nowhere /system-update
        skipped "one that leads nowhere"
        rm /system-update
        ln -s /var/lib /etc/system-update
        skipped "another place for it"
        rm /etc/system-update
        chmod 666 /etc/veriexec.conf
        # Attack.
        refuse "others can write the configuration: the unit fails" "" systemctl start veriexec
        say "and is shown" "veriexec.service" systemctl --failed --plain --no-legend
        say "with the reason" "/etc/veriexec.conf can be written by others" \
            journalctl -b -u veriexec
        refuse "and the level is not raised" "" grep -q '[123]' $strict
        chmod 644 /etc/veriexec.conf
        check "and when it is mended it starts" systemctl start veriexec
        say "at level 2" 2 cat $strict
        ;;
    esac
    journalctl -b -u veriexec -o cat
    finish
}

watch &
exec /sbin/init
