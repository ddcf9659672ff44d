# The first process sets the machine up and becomes init. Debian starts this as a service, too,
# which shows that it runs scripts.
[ $$ -eq 1 ] || { touch /run/script; exit 0; }
. $place/expectations
strict=/proc/sys/kern/veriexec/strict
own=/usr/lib/systemd

# What is not listed, what the machine does not do then, and what it still does: a machine that does
# nothing at all would not show what the one thing is needed for.
case $boot in
agetty) lacking=/usr/sbin/agetty; lost=asks_for_a_name; kept="has_all_started lets_in_by_ssh" ;;
sshd) lacking=/usr/sbin/sshd; lost=lets_in_by_ssh; kept="has_all_started lets_in_by_password" ;;
login) lacking=/usr/bin/login; lost=lets_in_by_password; kept="has_all_started lets_in_by_ssh" ;;
bash)
    lacking=/usr/bin/bash
    lost="lets_in_by_password lets_in_by_ssh"; kept="has_all_started asks_for_a_name"
    ;;
pam_unix)
    lacking=/usr/lib/x86_64-linux-gnu/security/pam_unix.so
    lost="lets_in_by_password lets_in_by_ssh makes_root"; kept="has_all_started asks_for_a_name"
    ;;
udevd) lacking=/usr/bin/udevadm; lost="has_all_started asks_for_a_name lets_in_by_ssh" ;;
mount) lacking=/usr/bin/mount; lost="has_all_started asks_for_a_name lets_in_by_ssh" ;;
sh) lacking=/usr/bin/dash; lost=runs_scripts; kept="has_all_started lets_in_by_password" ;;
systemd-shutdown) lacking=$own/systemd-shutdown ;;
systemd) lacking=$own/systemd ;;
esac

echo root:secret | chpasswd
ssh-keygen -q -t ed25519 -N '' -f /root/.ssh/id_ed25519
cp /root/.ssh/id_ed25519.pub /root/.ssh/authorized_keys
# As Debian's installer does, it names a disk by what udev finds out about it. It waits longer for
# that than systemd would by itself, as a slow guest is no lockout.
mkfs.ext4 -q -L data /dev/disk2
echo 'LABEL=data /srv ext4 defaults,x-systemd.device-timeout=150s 0 0' >>/etc/fstab
# What asks for root's password when the start fails leaves the serial line alone.
mkdir /etc/systemd/system/emergency.service.d
printf '[Service]\nTTYPath=/dev/tty2\n' >/etc/systemd/system/emergency.service.d/tty.conf

check "$boot: a list is made" veriexecgen -r -d /usr -d /etc/init.d -o /etc/signatures
if [ $boot = everything ]; then
    check "level 2 is good with the list that veriexecgen makes" veriexecctl preflight -p / --level 2
    refuse "level 3 is refused: data are not listed" "vital: /etc/passwd: not listed" \
        veriexecctl preflight -v -p / --level 3
    refuse "level 3 is refused: files are made" ": no file is made" \
        veriexecctl preflight -v -p / --level 3
else
    check "$boot: it is in the list" grep -q "^$lacking " /etc/signatures
    sed -i "\|^$lacking |d" /etc/signatures
    refuse "$boot: preflight names it" "vital: $lacking: not listed" \
        veriexecctl preflight -p / --level 2
fi

check "$boot: the module is inserted" insmod $place/veriexec.ko
check "$boot: the list is loaded" veriexecctl -k load
echo 2 >$strict

# denied: the kernel has said so.
denied() { settle; dmesg | grep -F "Veriexec: No entry. [$lacking, " | grep -qF ' denied: '; }

watch() {
    check "$boot: systemd has nothing more to start" within 300 settled
    case $boot in
    everything)
        for wanted in $all; do check "everything: the machine $wanted" within 60 $wanted; done
        dmesg | sed 's/^/@@ log /'
        # If it does not turn itself off, it is still running when its time is over.
        echo "@@ done"
        systemctl poweroff
        ;;
    systemd-shutdown)
        systemctl poweroff
        check "$boot: it is denied" within 90 denied
        # It would be the first thing to end whoever says this.
        sleep 10
        pass "$boot: the machine does not turn itself off"
        finish
        ;;
    *)
        for wanted in $kept; do check "$boot: the machine still $wanted" within 60 $wanted; done
        for wanted in $lost; do
            refuse "$boot: it is no longer a machine that $wanted" "" within 20 $wanted
        done
        check "$boot: it is denied" denied
        finish
        ;;
    esac
}

if [ $boot = systemd ]; then
    refuse "$boot: it does not run" "" /sbin/init --version
    check "$boot: it is denied" denied
    echo "@@ panics"
else
    watch &
fi
exec /sbin/init
