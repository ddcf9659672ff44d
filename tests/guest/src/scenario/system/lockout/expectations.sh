# What somebody expects of a machine: each is tried on one whose list has everything, too.
all="has_all_started asks_for_a_name lets_in_by_ssh lets_in_by_password makes_root runs_scripts"

has_all_started() { systemctl --quiet is-active multi-user.target; }
# By what is on its first screen.
asks_for_a_name() { grep -q 'login: ' /dev/vcs1; }
lets_in_by_ssh() {
    ssh -n -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null \
        -o ConnectTimeout=20 127.0.0.1 true
}
lets_in_by_password() { python3 $place/login.py root secret; }
makes_root() { su -c true; }
# The scenario is a service, too.
runs_scripts() { test -e /run/script; }

# settled: systemd has nothing more to start, whether all has started or not.
settled() {
    case $(systemctl is-system-running) in running | degraded | maintenance) ;; *) false ;; esac
}

# within SECONDS COMMAND...: it succeeds in that time.
within() {
    end=$(($(cut -d. -f1 /proc/uptime) + $1)); shift
    until "$@"; do
        [ $(cut -d. -f1 /proc/uptime) -lt $end ] || return 1
        sleep 1
    done
}
