# There are files that a list lets the tools read, and others that it does not; of each one is not as
# listed, and that nobody reads from level 1 on. What the tools answer at level 0, where they read everything, is what is
# right at each other level.
mkdir -p /read /direct /lists /lib /usr/bin
sum() { sha256sum "$1" | cut -d ' ' -f 1; }
line() { echo "$1 SHA256 $(sum "$1") $2"; }
zeros=0000000000000000000000000000000000000000000000000000000000000000
for dir in /read /direct; do
    for name in $dir/tool $dir/sh $dir-changed; do cp /bin/busybox $name; done
    printf "#!$dir/sh\ntrue\n" >$dir/script
    chmod 755 $dir/script
done
cp /bin/busybox /unloaded
# The shell that runs this is one of those that are not read.
{
    line /read/tool "direct, file"
    line /read/sh "direct, indirect, file"
    line /read/script script
} >/lists/read
{
    line /direct/tool direct
    line /direct/sh "direct, indirect"
    line /direct/script script
} >/lists/direct
{
    echo "/read-changed SHA256 $zeros direct, file"
    echo "/direct-changed SHA256 $zeros direct"
} >/lists/changed
line /unloaded direct >/lists/unloaded
echo /lib/x86_64-linux-gnu >/etc/ld.so.conf
{
    line /bin/busybox "direct, indirect"
    line /bin/veriexecctl direct
    line /bin/veriexecgen "direct, file"
    veriexecgen -r -d /lib -d /lib64 -o - | sed 's/ direct, indirect, file$/ indirect, file/'
    for file in /etc/ld.so.conf /etc/passwd; do line $file file; done
} >/lists/system
{
    cat /lists/system /lists/read /lists/direct /lists/changed
    for file in system read direct changed unloaded; do line /lists/$file file; done
} >/tmp/all

check "the module can be inserted" insmod /lib/veriexec.ko
strict=/proc/sys/kern/veriexec/strict

# Right after that nothing has a table.
say "status is known of an empty driver" "Tables: 0" veriexecctl status
say "in full" "Valid" veriexecctl status
say "to programs, too" '"entries":0' veriexecctl --json status
check "the lists are loaded" veriexecctl -k load /tmp/all
say "status is known of a full one" "/: " veriexecctl status

# ask COMMAND...: what it says, and how it ended. Nothing is written: at level 3 nothing can be.
ask() {
    "$@" 2>&1
    echo "ended with $?"
}
explain() { ask veriexecctl explain "$@"; }

# answers: all that is to be the same at each level, of files that may be read.
answers() {
    for name in tool sh script; do
        ask veriexecctl explain /read/$name
        ask veriexecctl --json explain --signatures /lists/read /read/$name
    done
    ask veriexecctl explain /proc/meminfo
    ask veriexecctl explain /dev/null
    ask veriexecctl verify /lists/read
    ask veriexecctl --json verify /lists/read
    ask veriexecctl lint /lists/read
    ask veriexecctl diff /lists/read /lists/direct
    ask veriexecgen -r -d /read -o -
}
# What the driver says in their place is said to be so; it does not say what is there instead.
told() {
    sed -e 's/, as the driver says; not readable here: Operation not permitted (os error 1)$//' \
        -e 's/: as the driver says; not readable here: Operation not permitted (os error 1)$//' \
        -e 's/, found [0-9a-f]*$//' | grep -v '^valid, as the driver says'
}
# What is needed by a file that cannot be read is not known; all else of it is.
known() { told | grep -v '^what .* needs: not known'; }
# direct_answers: all that is to be the same of files that may not be read.
direct_answers() {
    for file in /direct/tool /direct/sh /direct/script /read-changed /direct-changed; do
        ask veriexecctl explain $file | known
    done
    ask veriexecctl verify /lists/direct | told
    ask veriexecctl verify /lists/changed | told
}

# same NAME BEFORE NOW: they are.
same() {
    if [ "$2" = "$3" ]; then
        pass "$1"
    else
        fail "$1" "no more: $(echo "$2" | grep -vxF "$3"); new: $(echo "$3" | grep -vxF "$2")"
    fi
}
# What the first answers evaluate stays evaluated.
answers >/dev/null
direct_answers >/dev/null
read_before=$(answers)
direct_before=$(direct_answers)
lint_before=$(ask veriexecctl lint /lists/direct)
case $read_before in
*"contents: match"*"not asked about it"*"/read/tool SHA256 "*)
    pass "at level 0 there is something to compare" ;;
*) fail "at level 0 there is something to compare" "$read_before" ;;
esac
case $direct_before in
*"contents: match"*"contents: differ"*"changed: /read-changed"*"changed: /direct-changed"*)
    pass "of what may not be read, too" ;;
*) fail "of what may not be read, too" "$direct_before" ;;
esac
same "at level 0 lint finds the list of programs in order" "ended with 0" "$lint_before"
signatures=$(cat /tmp/all)
preflight() {
    echo "$signatures" | veriexecctl preflight --level 2 --signatures - 2>&1
}
preflight_before=$(preflight | tail -n 1)

# level NUMBER: everything again there.
level() {
    check "level $1" sh -c "echo $1 >$strict"
    same "level $1: what may be read is answered as at level 0" "$read_before" "$(answers)"
    same "level $1: what may not be read, too" "$direct_before" "$(direct_answers)"
    say "level $1: status is known" "Strict level: $1" veriexecctl status
}

level 1
say "level 1: what does not match is the driver's to tell" \
    "contents: differ; expected SHA256 $zeros, as the driver says; not readable here" \
    veriexecctl explain /read-changed
say "level 1: programs can be read whatever they are listed for" "contents: match
" veriexecctl explain /direct/tool
same "level 1: preflight says the same" "$preflight_before" "$(preflight | tail -n 1)"
same "level 1: lint finds them in order" "$lint_before" \
    "$(ask veriexecctl lint /lists/direct)"

# by_the_driver LEVEL: what is only there where the list keeps the tools from reading.
by_the_driver() {
    say "level $1: explain says that it is the driver's answer" \
        "contents: match, as the driver says; not readable here: Operation not permitted" \
        veriexecctl explain /direct/tool
    say "level $1: to programs, too" '"source":"driver"' veriexecctl --json explain /direct/tool
    say "level $1: and what it needs is not known" \
        "what /direct/tool needs: not known: Operation not permitted" \
        veriexecctl explain /direct/tool
    say "level $1: a script's interpreter is" "interpreter /direct/sh" \
        veriexecctl explain /direct/script
    say "level $1: verify says that it is the driver's answer" \
        "valid, as the driver says; not readable here: 2 files" \
        veriexecctl verify /lists/direct
    refuse "level $1: of what has changed, too" \
        "changed: /direct-changed: as the driver says; not readable here" \
        veriexecctl verify /lists/changed
    said=$(ask veriexecctl --json lint /lists/direct)
    case $said in
    *unlisted-interpreter* | *missing* | *-flags*)
        fail "level $1: lint concludes nothing" "$said" ;;
    *'"code":"unreadable"'*) pass "level $1: lint concludes nothing" ;;
    *) fail "level $1: lint says what it cannot see" "$said" ;;
    esac
    said=$(preflight)
    case $said in
    *"contents differ"* | *"contents not known"*)
        fail "level $1: preflight says what it does not know" "$said" ;;
    *"could not be read: Operation not permitted"*)
        pass "level $1: preflight says what it does not know" ;;
    *) fail "level $1: preflight says what it does not know" "$said" ;;
    esac
    refuse "level $1: veriexecgen makes no list without them" "/direct/tool" \
        veriexecgen -r -d /direct -o -
}

level 2
by_the_driver 2
level 3
by_the_driver 3
refuse "level 3: what neither they nor the driver know is unknown" \
    "unknown: /unloaded: Operation not permitted (os error 1); the driver has no entry for it" \
    veriexecctl verify /lists/unloaded
refuse "level 3: a list that is not listed is not read" "cannot read /tmp/all" \
    veriexecctl verify /tmp/all
