home=/lib/modules/$release
strict=/proc/sys/kern/veriexec/strict

# ends NAME STATUS COMMAND...: it ends with that status.
ends() {
    name=$1; status=$2; shift 2
    said=$("$@" 2>&1); ended=$?
    if [ $ended -eq "$status" ]; then pass "$name"; else fail "$name" "$* ended with $ended: $said"; fi
}

# level NAME NUMBER: the strict level is that.
level() { check "$1" test "$(cat $strict)" -eq "$2"; }

refuse "status tells that there is no module" "Module: not loaded" veriexec-kmod status
refuse "to programs, too" '"loaded":false' veriexec-kmod status --json
say "what is not loaded needs not be unloaded" "not loaded" veriexec-kmod unload
refuse "what is not installed is not found" "$home/updates/dkms, " veriexec-kmod load
refuse "a file that is no module is refused" "no module for this kernel" \
    veriexec-kmod load --module /bin/busybox
refuse "one that is not there is named" "/nowhere.ko: No such file" \
    veriexec-kmod load --module /nowhere.ko
refuse "nobody else may load it" "only the superuser" \
    su -s /bin/sh nobody -c "veriexec-kmod load --module /lib/veriexec.ko"
refuse "nothing of that loads it" "" test -e $strict

mkdir -p "$home/extra"
cp /lib/veriexec.ko "$home/extra"
cp /proc/mounts /tmp/mounts
say "the installed module is loaded" "loaded $home/extra/veriexec.ko" veriexec-kmod load
say "and proves itself, as often as it is asked to" "enforcing: the self-test has passed" \
    veriexec-kmod load
logged "the module saw the wrong file" "Veriexec: Mismatch. [/"
say "the self-test leaves no entry" "Entries: 0" veriexec-kmod status
check "and no mount" cmp /tmp/mounts /proc/mounts
say "and no trial" 0 cat /proc/sys/kern/veriexec/trial
say "status tells the level" "Strict level: 0 (learning)" veriexec-kmod status
say "to programs, too" '"level":0' veriexec-kmod status --json

exec 3>/dev/veriexec
refuse "what cannot be proved is said not to enforce" "NOT ENFORCING" veriexec-kmod load
refuse "and why it cannot" "in use by another program" veriexec-kmod load
refuse "a module that is used stays" "/dev/veriexec open" veriexec-kmod unload
exec 3>&-
refuse "nobody else may unload it" "only the superuser" \
    su -s /bin/sh nobody -c "veriexec-kmod unload"
say "it is unloaded" "unloaded" veriexec-kmod unload
logged "and leaves nothing behind" "Veriexec: unloaded, 0 allocations left."

rm "$home/extra/veriexec.ko"
mkdir -p "$home/updates/dkms"
cp /lib/veriexec.ko.xz "$home/updates/dkms"
case $release in
6.1.*)
    refuse "a kernel that cannot decompress says so" "with modprobe veriexec" veriexec-kmod load
    ;;
*)
    say "a compressed module is loaded" "enforcing" veriexec-kmod load
    say "and unloaded" "unloaded" veriexec-kmod unload
    ;;
esac
gzip -c /lib/veriexec.ko >"$home/updates/dkms/veriexec.ko.gz"
rm "$home/updates/dkms/veriexec.ko.xz"
refuse "so does one that cannot decompress this" "with modprobe veriexec" veriexec-kmod load
mkdir /sbin
ln -s /bin/busybox /sbin/modprobe
depmod
say "with modprobe the installed one is loaded all the same" "enforcing" veriexec-kmod load
say "and unloaded" "unloaded" veriexec-kmod unload
refuse "but not one that is named" "with modprobe veriexec" \
    veriexec-kmod load --module "$home/updates/dkms/veriexec.ko.gz"
rm "$home/updates/dkms/veriexec.ko.gz"
cp /lib/veriexec.ko "$home/updates/dkms"

# start CONFIGURATION: as a machine starts.
start() { printf "$1" >/etc/veriexec.conf && veriexec-kmod boot; }

rm -f /etc/veriexec.conf
refuse "without a configuration nothing is started" "/etc/veriexec.conf: No such file" \
    veriexec-kmod boot
refuse "nor with a faulty one" "/etc/veriexec.conf:2:17: expected a strict level" \
    start "# level\nveriexec_strict=4\n"
refuse "and nothing was loaded" "" test -e $strict
refuse "without signatures the level is not raised" "the strict level stays 0" \
    start "veriexec_strict=2\n"
level "and it is not" 0
echo /lib/x86_64-linux-gnu >/etc/ld.so.conf
veriexecgen -r -d /bin -d /lib -d /lib64 -o - | sed '/busybox/s/direct/direct, indirect, file/' \
    >/tmp/signatures
cp /tmp/signatures /etc/signatures
echo "/bin/busybox SHA3 00" >>/etc/signatures
refuse "nor with signatures that are in error" "not all of /etc/signatures was loaded" \
    start "veriexec_strict=2\n"
level "and it is not" 0
veriexecctl flush
grep -v "^/bin/busybox" /tmp/signatures >/etc/signatures
refuse "nor if the shell would be denied" "would deny what this machine needs" \
    start "veriexec_strict=2\nveriexec_verbose=1\n"
level "and it is not" 0
check "the machine can be reached" sh -c true
veriexecctl flush
cp /tmp/signatures /etc/signatures
say "at level 0 signatures are loaded, and that is all" "strict level 0 (learning)" \
    start "veriexec_strict=0\n"
level "and it is" 0
say "by their names" "/bin/busybox SHA256" veriexecctl dump
say "with good signatures the level is raised" "strict level 2 (IPS)" \
    start "veriexec_strict=2\nveriexec_verbose=1\nveriexec_flags='-k -e'\n"
level "and it is" 2
say "so is the verbosity" 1 cat /proc/sys/kern/veriexec/verbose

say "to start again changes nothing" "the self-test is skipped" veriexec-kmod boot
refuse "the configuration is not written any more" "not permitted" start "veriexec_strict=3\n"
echo veriexec_strict=3 >/root/veriexec.conf
refuse "nor does a higher level change anything" "not raised to 3 (lockdown)" \
    veriexec-kmod boot --config /root/veriexec.conf
level "it stays" 2
ends "to load it again is skipped" 2 veriexec-kmod load
say "and that is said" "nothing can be listed at this level" sh -c "veriexec-kmod load || true"
refuse "it is not unloaded" "the strict level is 2 (IPS)" veriexec-kmod unload
refuse "not even with rmmod" "unavailable" rmmod veriexec
say "status tells the level" '"name":"IPS"' veriexec-kmod status --json
