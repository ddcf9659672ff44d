# How a scenario says what it found: a line a check.

# pass NAME; fail NAME WHY: how a check went. WHY is put on one line.
pass() { echo "@@ pass $1"; }
fail() { echo "@@ fail $1: $(echo "$2" | tr '\n' '|')"; }

# check NAME COMMAND...: it succeeds.
check() {
    name=$1; shift
    if said=$("$@" 2>&1); then pass "$name"; else fail "$name" "$* ended with $?: $said"; fi
}

# refuse NAME TEXT COMMAND...: it fails, and says TEXT.
refuse() {
    name=$1; text=$2; shift 2
    if said=$("$@" 2>&1); then
        fail "$name" "$* succeeded: $said"
    else
        case $said in
        *"$text"*) pass "$name" ;;
        *) fail "$name" "$* said: $said" ;;
        esac
    fi
}

# say NAME TEXT COMMAND...: it succeeds, and says TEXT.
say() {
    name=$1; text=$2; shift 2
    if said=$("$@" 2>&1); then
        case $said in
        *"$text"*) pass "$name" ;;
        *) fail "$name" "$* said: $said" ;;
        esac
    else
        fail "$name" "$* failed: $said"
    fi
}

# settle: whatever Veriexec has reported until now is in the kernel's log. It is printed by a thread of
# its own, when whoever asked has gone on.
settle() {
    local collected printed lost tries=0
    while test -e /proc/sys/kern/veriexec/reports; do
        read -r collected printed lost </proc/sys/kern/veriexec/reports
        if [ "$collected" = "$printed" ]; then return; fi
        tries=$((tries + 1))
        if [ $tries -eq 300 ]; then
            fail "what is reported is printed" "$printed of $collected"
            return
        fi
        sleep 0.1
    done
}

# logged NAME TEXT: the kernel has logged it.
logged() {
    settle
    if dmesg | grep -qF -- "$2"; then pass "$1"; else fail "$1" "the kernel did not log: $2"; fi
}

# finish: the last that a scenario says.
finish() {
    settle
    # All that the kernel says of itself, and the last of what Veriexec reports.
    dmesg | grep -vF 'Veriexec: ' | sed 's/^/@@ log /'
    dmesg | grep -F 'Veriexec: ' | tail -n 500 | sed 's/^/@@ log /'
    echo "@@ done"
    sync
    poweroff -f
}
