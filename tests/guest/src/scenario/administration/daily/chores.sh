# What an administrator does, and what the machine does by itself.

# prepare_chores: a user who may use sudo, keys, a log, a cron job, and a timer.
prepare_chores() {
    useradd --create-home --shell /bin/bash somebody
    printf 'somebody ALL=(ALL) NOPASSWD: ALL\n' >/etc/sudoers.d/somebody
    ssh-keygen -q -t ed25519 -N '' -f /root/.ssh/id_ed25519
    for home in /root /home/somebody; do
        mkdir -p $home/.ssh
        cp /root/.ssh/id_ed25519.pub $home/.ssh/authorized_keys
        chmod 700 $home/.ssh
    done
    chown -R somebody: /home/somebody/.ssh
    cat >/etc/logrotate.d/chores <<END
/var/log/chores.log {
    rotate 7
    compress
    postrotate
        /bin/echo rotated >/run/rotated
    endscript
}
END
    cat >/etc/systemd/system/chore.service <<END
[Service]
Type=oneshot
ExecStart=/usr/bin/python3 -c 'open("/run/by-timer", "w").write("a timer")'
END
    cat >/etc/systemd/system/chore.timer <<END
[Timer]
OnActiveSec=1s
AccuracySec=1s
END
    # What the image of this system needs to start, which is no module.
    printf 'MODULES=list\nCOMPRESS=gzip\n' >/etc/initramfs-tools/conf.d/chores
    systemctl daemon-reload
    systemctl stop cron
    installed=$(basename /lib/modules/*)
}

remote() {
    ssh -n -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null \
        -o LogLevel=ERROR "$@"
}
eventually() { for try in $(seq 90); do "$@" && return 0; sleep 1; done; "$@"; }

# whole_usr: what a backup of /usr holds. depmod writes its files anew each time.
whole_usr() { tar --create --sort=name --mtime=@0 --file=- --directory=/ usr | sha256sum; }

# chores LEVEL: all of them.
chores() {
    rm -f /run/by-timer /run/by-cron /run/rotated

    crontab - <<END
* * * * * /usr/bin/perl -e 'open F, ">", "/run/by-cron"; print F "cron"'
END
    check "$1: cron starts" systemctl start cron
    check "$1: a timer starts" systemctl start chore.timer
    say "$1: and its service has run" "a timer" eventually cat /run/by-timer
    systemctl stop chore.timer

    check "$1: update-initramfs" update-initramfs -u
    say "$1: and what it made is whole" usr/bin/sh lsinitramfs /boot/initrd.img-$installed
    check "$1: dpkg --audit" dpkg --audit
    check "$1: apt-get check" apt-get check
    say "$1: apt-cache" "Candidate:" apt-cache policy systemd
    for file in /usr/bin/ls /usr/bin/python3 /usr/bin/ssh /usr/sbin/sshd \
        /usr/lib/systemd/systemd-logind /usr/lib/x86_64-linux-gnu/libssl.so.3
    do
        say "$1: ldd $file" "libc.so.6 => " ldd $file
    done
    say "$1: a program run by its loader" "/etc/passwd" \
        /lib64/ld-linux-x86-64.so.2 /usr/bin/ls /etc/passwd
    say "$1: man" "concatenate files" man cat
    say "$1: man of the system's files" "password file" man 5 passwd
    say "$1: man -k" "passwd" man -k passwd
    check "$1: mandb" mandb --quiet
    say "$1: python3" "started 16" python3 -c 'import json, ssl, sqlite3, ctypes, hashlib, subprocess
print("started", subprocess.run(["printf", "16"], capture_output=True).stdout.decode())'
    say "$1: perl" "Time::HiRes 3" perl -MTime::HiRes -MList::Util=sum -MSocket -MPOSIX \
        -e 'print "Time::HiRes ", sum(1, 2), "\n"'
    say "$1: sudo" "root" runuser -u somebody -- sudo -n id -un
    say "$1: su" "somebody" su - somebody -c 'id -un'
    for number in 1 2 3; do echo $number; done >>/var/log/chores.log
    check "$1: logrotate" logrotate --force /etc/logrotate.conf
    say "$1: and its script has run" rotated cat /run/rotated

    check "$1: sshd starts" systemctl restart ssh
    say "$1: ssh" "I am somebody" remote somebody@127.0.0.1 'echo I am $(id -un)'
    check "$1: rsync by ssh" rsync --archive --rsh="ssh -o StrictHostKeyChecking=no" \
        /etc/passwd root@127.0.0.1:/tmp/passwd
    check "$1: scp" scp -q -o StrictHostKeyChecking=no /etc/group root@127.0.0.1:/tmp/group
    for unit in man-db logrotate dpkg-db-backup systemd-tmpfiles-clean; do
        check "$1: what a timer of Debian's starts: $unit" systemctl start $unit.service
    done
    check "$1: ldconfig" ldconfig
    check "$1: update-ca-certificates" update-ca-certificates
    check "$1: depmod" depmod $installed
    # The kernel that is installed is not always the one that runs.
    if [ $installed = $release ]; then
        check "$1: modprobe" modprobe loop
        check "$1: rmmod" rmmod loop
    fi
    check "$1: git" sh -c 'rm -rf /tmp/git && git init -q /tmp/git && cd /tmp/git &&
        echo text >file && git add file && git -c user.name=n -c user.email=e commit -qm subject &&
        git log --oneline | grep subject'
    check "$1: a script of the administrator's own, by sh" sh -c '. /etc/os-release'
    say "$1: journalctl" "systemd" journalctl --no-pager -n 50
    check "$1: a terminal of its own" script --quiet --command 'ls /' /dev/null
    say "$1: what runs" "sshd" ps -ef
    check "$1: who has which file open" lsof -p $$

    say "$1: cron has run its job" cron eventually cat /run/by-cron
    systemctl stop cron ssh
    crontab -r
    check "$1: nothing has failed" test -z "$(systemctl --failed --plain --no-legend)"
}
