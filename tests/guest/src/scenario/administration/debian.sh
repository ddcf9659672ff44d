strict=/proc/sys/kern/veriexec/strict
# It shuts down as a machine does, at level 3.
poweroff() { systemctl poweroff; sleep 600; }

# What the machine is for: a script, two services, and somebody who may come by SSH.
printf '#!/usr/bin/python3\nimport json\nprint(json.dumps(["a listed script"]))\n' \
    >/usr/local/bin/listed
chmod 755 /usr/local/bin/listed $place/*.py
cat >/etc/systemd/system/serve.service <<END
[Service]
ExecStart=/usr/bin/python3 $place/serve.py
END
systemctl daemon-reload
ssh-keygen -q -t ed25519 -N '' -f /root/.ssh/id_ed25519
cp /root/.ssh/id_ed25519.pub /root/.ssh/authorized_keys
touch /root/.bash_history
apt-cache policy >/dev/null
check "systemd has started everything" test -z "$(systemctl --failed --plain --no-legend)"
systemctl stop ssh cron

remote() {
    ssh -n -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null \
        -o LogLevel=ERROR 127.0.0.1 "$1"
}
get() {
    bash -c 'exec 3<>/dev/tcp/127.0.0.1/8000
        printf "GET %s HTTP/1.0\r\n\r\n" $0 >&3
        cat <&3' "$1"
}
eventually() { for try in 1 2 3 4 5 6 7 8 9; do "$@" && return 0; sleep 1; done; "$@"; }

# forget_starts: systemd refuses what was started five times in ten seconds.
forget_starts() { systemctl reset-failed; }

# works LEVEL: all that a machine must do.
works() {
    forget_starts
    say "$1: ls" usr ls /
    say "$1: apt-cache" "Candidate: 2" apt-cache policy systemd
    say "$1: a listed script" "a listed script" listed
    say "$1: su" "I am root" su - -c 'echo I am $(id -un)'
    say "$1: a login shell" "I am root on /dev/pts/" \
        $place/login.py 'echo I am $(id -un) on $(tty)'
    check "$1: a service starts: SSH" systemctl start ssh
    say "$1: and somebody logs in by it" "I am root" remote 'echo I am $(id -un)'
    check "$1: another: $place/serve.py" systemctl start serve
    say "$1: and it answers" "$(hostname)" eventually get /hostname
    check "$1: a service restarts: D-Bus" systemctl restart dbus
    check "$1: and one that it starts: logind" systemctl restart systemd-logind
    say "$1: and one that starts when it is asked" "Debian GNU/Linux 12" hostnamectl
    check "$1: services stop" systemctl stop ssh serve
    check "$1: systemd reads its units again" systemctl daemon-reload
}
works "before"

# Copies that are listed, and have a bit flipped after that; and copies that are not listed.
flip() {
    perl -e 'open F, "+<", $ARGV[0] or die "$!\n"; seek F, int((-s F) / 2), 0; read F, $byte, 1;
        seek F, -1, 1; print F chr(1 ^ ord $byte)' "$1"
}
flipped=/usr/local/flipped
unlisted="/usr/local/unlisted /tmp /run /dev/shm"
library=$(readlink -f /usr/lib/x86_64-linux-gnu/libapt-pkg.so.6.0)
mkdir $flipped /usr/local/unlisted
cp /usr/bin/ls /usr/bin/bash /usr/bin/apt-cache /usr/bin/python3.11 /usr/bin/su /usr/bin/login \
    /usr/sbin/sshd /usr/local/bin/listed $library $flipped/

# What is needed for all that, and spare copies of it.
spare=/usr/local/spare
needed="/usr/bin/ls /usr/bin/bash /usr/bin/apt-cache $library /usr/bin/python3.11
    /usr/local/bin/listed $(python3 -c 'import json; print(json.__file__)') /usr/bin/su
    /usr/lib/x86_64-linux-gnu/security/pam_rootok.so /usr/sbin/sshd
    /usr/lib/systemd/systemd-hostnamed"
mkdir $spare
cp -p $needed $spare/
# What scripts are run by is listed for that.
for program in bash python3.11; do
    printf '#!%s/%s\n' $spare $program >$spare/script-of-$program
    chmod 755 $spare/script-of-$program
done

veriexecgen -a -r -W -d /usr -d /etc -d /var/lib -d /var/cache -d /root 2>/tmp/said
# Of all that /etc leads to, /proc is what cannot be listed.
refuse "everything is listed, but for /etc/mtab" "" grep -v -e /mounts -e 'not listed' /tmp/said
echo "@@ note $(wc -l </etc/signatures) files are listed"

for file in $flipped/*; do flip $file; done
for place_of_it in $unlisted; do
    cp /usr/bin/ls $place_of_it/unlisted
    cp $library $place_of_it/unlisted.so
    printf '#!/bin/sh\necho unlisted\n' >$place_of_it/script
    echo 'print("unlisted")' >$place_of_it/script.py
    chmod 755 $place_of_it/script
done

check "the module is inserted" insmod $place/veriexec.ko
check "the list is loaded" veriexecctl -k load
refuse "preflight refuses level 3, for the files that a Debian makes" "no file is made" \
    veriexecctl preflight --level 3

# Level 1: what is not as listed does not run. It cannot even be opened to be mended, but something
# listed can take its name.
echo 1 >$strict
works "level 1"

# needs FILE COMMAND...: what it does with a bit of the file flipped, and when it is whole again.
needs() {
    file=$1; shift
    flip $file
    refuse "level 1: not with a bit of $file flipped: $*" "" "$@"
    logged "level 1: and the log says so" "Veriexec: Mismatch. [$file, prog="
    refuse "level 1: nor is that mended" "not permitted" flip $file
    mv $spare/$(basename $file) $file
    check "level 1: again when it is replaced: $*" "$@"
}
systemctl stop systemd-hostnamed
for file in $needed; do
    forget_starts
    case $file in
    */ls) needs $file ls / ;;
    */libapt-pkg* | */apt-cache) needs $file apt-cache policy ;;
    */su | */bash | *pam*) needs $file su - -c true ;;
    */sshd) needs $file systemctl restart ssh ;;
    */systemd-hostnamed) needs $file systemctl restart systemd-hostnamed ;;
    *) needs $file listed ;;
    esac
done
systemctl stop ssh

# lists_hold LEVEL: what is flipped or not listed does not run.
lists_hold() {
    for program in ls bash apt-cache python3.11 su login sshd listed; do
        refuse "$1: not with a flipped bit: $program" "not permitted" $flipped/$program --version
    done
    refuse "$1: nor is a flipped library mapped" "shared object" \
        python3 -c 'import ctypes, sys; ctypes.CDLL(sys.argv[1])' $flipped/$(basename $library)
    for place_of_it in $unlisted; do
        refuse "$1: not unlisted: $place_of_it" "not permitted" $place_of_it/unlisted
        refuse "$1: nor a script" "not permitted" $place_of_it/script
        refuse "$1: nor by the loader" "" /lib64/ld-linux-x86-64.so.2 $place_of_it/unlisted
        say "$1: nor is a library preloaded" "cannot be preloaded" \
            env LD_PRELOAD=$place_of_it/unlisted.so ls /
    done
    refuse "$1: nor what is in no file" "not permitted" $place/memory.py
}
echo 2 >$strict
works "level 2"
lists_hold "level 2"
say "level 2: a transient unit" "transient" systemd-run --quiet --wait --pipe echo transient
check "level 2: a service that keeps its number in a file: cron" systemctl start cron
check "level 2: files are made" touch /tmp/made /run/made /var/tmp/made
systemctl stop cron

echo 3 >$strict
works "level 3"
lists_hold "level 3"
for place_of_it in $unlisted; do
    refuse "level 3: nor does sh read a script in $place_of_it" "" sh $place_of_it/script
    refuse "level 3: nor Python" "not permitted" python3 $place_of_it/script.py
done
counts=$(veriexecctl dump --json | $place/attack.py /tmp/made) &&
    pass "level 3: all that is listed stays as it is" ||
    fail "level 3: all that is listed stays as it is" "$counts"
echo "@@ note level 3: $(echo "$counts" | head -n 1)"
refuse "level 3: no transient unit" "denied" systemd-run --quiet --wait --pipe echo transient
refuse "level 3: no cron, which keeps its number in a file" "crond.pid" timeout 20 cron -f
refuse "level 3: no file is made" "not permitted" touch /tmp/another
refuse "level 3: nor read that is not listed" "not permitted" cat /tmp/made
refuse "level 3: no user is added" "" useradd somebody
refuse "level 3: nothing is installed" "not permitted" apt-get --yes install bash
refuse "level 3: nothing is mounted" "" mount -t tmpfs none /mnt
works "level 3, still"
