# answers DIRECTORY: what our own tools say, and dpkg, a file each.
answers() {
    mkdir $1
    answer $1/dpkg dpkg --verify
    answer $1/verify veriexecctl verify
    answer $1/verify-unlisted veriexecctl verify --unlisted /usr/bin --unlisted /etc/init.d
    answer $1/lint veriexecctl lint
    for level in 2 3; do
        answer $1/preflight-$level veriexecctl preflight --level $level
    done
    for file in /usr/bin/ls /usr/bin/python3 /usr/bin/perl /bin/sh /usr/bin/ldd /usr/sbin/sshd \
        /lib64/ld-linux-x86-64.so.2 /lib/x86_64-linux-gnu/libc.so.6 /etc/init.d/cron /etc/passwd
    do
        answer $1/explain-$(basename $file) veriexecctl explain $file
    done
    answer $1/veriexecgen veriexecgen -r -W -d /usr -d /etc/init.d -o -
}

# answer FILE COMMAND...: what it says, and how it ends.
answer() {
    file=$1; shift
    "$@" >$file 2>&1
    echo "$* ended with $?" >>$file
}
