# Every example of README and the manual that needs a kernel or a whole system, word for word, in an
# order in which an administrator could come to them. tests/tests/examples/table.rs says which.
strict=/proc/sys/kern/veriexec/strict
wanted=/etc/systemd/system/sysinit.target.wants/veriexec.service

# example NAME STATUS... <<'END': runs the commands of the text, one after the other; each ends with
# one of the statuses.
example() {
    name=$1; shift
    while read -r line; do
        said=$(eval "$line" 2>&1 </dev/null); ended=$?
        case " $* " in
        *" $ended "*) pass "$name: $line" ;;
        *) fail "$name: $line" "ended with $ended: $(echo "$said" | tail -n 20)" ;;
        esac
    done
}

# What `cargo xtask dist` lays out, as far as a machine without a compiler needs it.
cd /tmp
tree=/tmp/target/dist/usr
mkdir -p $tree/sbin $tree/lib/systemd/system $tree/share/veriexec $tree/src/veriexec-0.1.0
mv /usr/local/bin/veriexec* $tree/sbin/
mv $place/veriexec.service $tree/lib/systemd/system/
mv $place/veriexec.conf $tree/share/veriexec/
mv $place/dkms.conf $tree/src/veriexec-0.1.0/

# The module is compiled before the guest starts, by Debian's dkms(8) with `--dkms`; it comes to where
# that puts it.
dkms() {
    module=/lib/modules/$release/updates/dkms/veriexec.ko
    case $1 in
    # What is installed of a version stays until that is removed, as with Debian's.
    install)
        test -e $module || {
            grep -q '^PACKAGE_NAME="veriexec"' "/usr/src/${2%/*}-${2#*/}/dkms.conf" &&
                mkdir -p ${module%/*} && cp $place/veriexec.ko $module
        }
        ;;
    remove) test "$3" = --all && rm $module ;;
    esac
}

mkdir -p /build/root/usr/bin
cp /usr/bin/env /build/root/usr/bin/
cp /usr/bin/env /usr/local/bin/tool

# Auditing is off on Debian until it is asked for.
mkdir -p /etc/systemd/journald.conf.d
printf '[Journal]\nAudit=yes\n' >/etc/systemd/journald.conf.d/audit.conf
check "the journal takes audit records" systemctl restart systemd-journald

example "install" 0 <<'END'
cp -r target/dist/. /                    # /usr only, your configuration is not touched
dkms install veriexec/0.1.0              # compiles C alone
veriexec-kmod load                       # and proves that it enforces
END
hash -r
example "what is there" 0 <<'END'
veriexec-kmod status
veriexec-kmod unload
dkms install veriexec/0.1.0
veriexec-kmod load
END

example "remove" 0 <<'END'
systemctl daemon-reload
systemctl enable veriexec
systemctl disable veriexec
veriexec-kmod unload
dkms remove veriexec/0.1.0 --all
(cd target/dist && find . -type f -print0) | (cd / && xargs -0 rm -f)
rm -rf /usr/src/veriexec-0.1.0 /usr/share/veriexec
rm -rf /usr/share/doc/veriexec
rm -f /etc/veriexec.conf /etc/signatures /etc/signatures.old
systemctl daemon-reload
END
left=$(find /usr /etc /lib/modules -path /usr/local/lib/veriexec -prune -o -iname '*veriexec*' -print)
say "nothing is left" "[]" echo "[$left]"
example "install again" 0 <<'END'
cp -r target/dist/. /
dkms install veriexec/0.1.0
veriexec-kmod load
END

example "list" 0 2 <<'END'
veriexecgen -W -r -d /usr -d /etc
END
example "what level 2 would deny" 0 <<'END'
veriexecctl preflight --level 2
END
# It may have something to say of a list that is right.
example "lint" 0 1 <<'END'
veriexecctl lint
END
example "a mock device" 0 <<'END'
veriexecctl --device mock:/tmp/state -k load
veriexecctl --device mock:/tmp/state simulate --level 2 exec /usr/bin/env
veriexecgen -d /usr/bin -o signatures
veriexecctl --device mock:state -k load signatures
veriexecctl --device mock:state simulate --level 1 exec /usr/bin/env
END
example "another list" 0 2 <<'END'
veriexecgen -a -r -W -d /usr -o signatures
END
# Level 3 is not for this machine, and preflight says so.
example "level 3" 0 1 <<'END'
veriexecctl preflight --level 3 --signatures signatures
veriexecctl explain --signatures signatures /usr/local/bin/tool
END
example "a tree" 0 <<'END'
veriexecgen -r -d /build/root -p /build/root -o signatures
END

# What is compared is all of /usr, and what the machine itself makes is not listed.
mount --bind / /mnt
example "verify" 0 1 <<'END'
veriexecctl verify --unlisted /usr
veriexecctl verify -p /mnt --unlisted /usr /mnt/etc/signatures
END
umount /mnt

# Start as the manual says, in its words: the configuration twice, then the unit.
example "configure" 0 <<'END'
cp /usr/share/veriexec/veriexec.conf /etc/
sed -i s/^veriexec_strict=.*/veriexec_strict=2/ /etc/veriexec.conf
veriexecctl load
veriexecctl dump
END
say "README's configuration" "veriexec_strict=2" cat /etc/veriexec.conf
sed s/^veriexec_strict=.*/veriexec_strict=2/ \
    /usr/share/veriexec/veriexec.conf >/etc/veriexec.conf
say "the manual's is the same" "veriexec_strict=2" cat /etc/veriexec.conf
example "the unit" 0 <<'END'
systemctl enable veriexec
systemctl --failed
systemctl disable veriexec
END
refuse "no start has the unit" "" test -L $wanted
# What a start with the unit masked has, and what the texts say of it.
example "a mask" 0 <<'END'
systemctl enable veriexec
mkdir -p /run/systemd/generator.early
ln -s /dev/null /run/systemd/generator.early/veriexec.service
systemctl disable veriexec
END
check "the next start has the unit all the same" test -L $wanted
rm $wanted /run/systemd/generator.early/veriexec.service
say "that is the link that the texts name" disabled sh -c 'systemctl is-enabled veriexec || :'

# Updates, at level 0: the list is brought up to date, and only the difference is loaded.
example "an update" 0 <<'END'
systemctl disable --now apt-daily-upgrade.timer
END
cp /usr/bin/true /usr/local/bin/updated
sed -i 's,^\(/usr/bin/env SHA256 [^ ]*\) .*,\1 direct,' /etc/signatures
mkdir -p /usr/lib/firmware
echo firmware >/usr/lib/firmware/appended.bin
check "firmware is appended" \
    veriexecgen -a -r -A --classify mode -d /lib/firmware
example "a list by hand" 0 1 2 <<'END'
veriexecgen --refresh -W -r /usr /etc
veriexecctl diff /etc/signatures.old /etc/signatures
END
check "what is new is listed" grep -q '^/usr/local/bin/updated ' /etc/signatures
check "the flags that were edited stay" grep -q '^/usr/bin/env .* direct$' /etc/signatures
check "and what was appended" grep -q 'lib/firmware/appended.bin ' /etc/signatures
rm /usr/lib/firmware/appended.bin
# All anew, as the first time.
example "an update" 0 1 2 <<'END'
veriexecgen -W -r -d /usr -d /etc
veriexecctl diff /etc/signatures.old /etc/signatures
END
example "an update" 0 <<'END'
veriexecctl load --replace
cp -r target/dist/. /
veriexecgen -a -r -W -d /usr
END
echo old >/lib/modules/$release/updates/dkms/veriexec.ko
example "a new version of the module" 0 <<'END'
dkms remove veriexec/0.1.0 --all
dkms install veriexec/0.1.0
END
check "that is what is installed then" \
    cmp $place/veriexec.ko /lib/modules/$release/updates/dkms/veriexec.ko
# This machine has no kernel of its own to list, but files that are named like one's.
mkdir -p /lib/firmware /lib/modules/$release/kernel
echo module >/lib/modules/$release/kernel/one.ko.xz
echo firmware >/lib/firmware/one.bin
modules() {
    find /lib/modules -name '*.ko.*' -print0 |
        veriexecgen -0 -a -A --classify mode -f -
}
check "modules that are compressed" modules
echo firmware >/usr/lib/firmware/late.bin
example "firmware" 0 <<'END'
veriexecgen -a -r -A --classify mode -d /lib/firmware
END
example "a package" 0 2 <<'END'
dpkg -L dash | sed 's,^[^/].*: /,/,' | veriexecgen --refresh -f -
END
example "what was installed by hand" 0 2 <<'END'
veriexecgen --dry-run --refresh -r /usr/local
veriexecgen --refresh -r /usr/local
END

# A start with the unit masked: not even the module is there, and one command makes up for it, here with
# the configuration that veriexec.conf(5) has as an example.
cat >/etc/veriexec.conf <<'END'
veriexec_strict=2
veriexec_verbose=0
veriexec_flags="-k -e"
END
example "a list after it" 0 2 <<'END'
veriexecgen -W -r -d /usr -d /etc
END
example "a masked start" 0 <<'END'
veriexec-kmod unload
veriexec-kmod boot
END
say "it made up for the unit" 2 cat $strict
cp /usr/bin/true /tmp/unlisted
refuse "root is denied something" "" /tmp/unlisted
sleep 2
journalctl --sync
example "what was denied" 0 <<'END'
journalctl -k -p alert _KERNEL_SUBSYSTEM=veriexec
journalctl _AUDIT_TYPE=1800 _AUDIT_FIELD_VERDICT=denied _UID=0
END
denials() {
    journalctl _AUDIT_TYPE=1800 _AUDIT_FIELD_VERDICT=denied _UID=0 |
        grep -v ' trial=1 '
}
say "what root was denied" 'name="/tmp/unlisted"' denials
check "self-tests were recorded" sh -c 'journalctl _AUDIT_FIELD_TRIAL=1 | grep -q " trial=1 "'
say "and are left out" "[0]" echo "[$(denials | grep -c veriexec-self-test)]"

# At level 3 there is one way to restart, which ends this scenario.
check "level 3" sh -c "echo 3 >$strict"
refuse "no ordinary restart" "" systemctl reboot
dmesg | sed 's/^/@@ log /'
sync
echo "@@ done"
example "restart" 0 <<'END'
systemctl reboot --force
END
sleep 60
fail "it restarts" "it does not"
