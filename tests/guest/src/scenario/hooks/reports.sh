# What is logged of what is denied: a line each, with all that is known, at verbosity 0.
veriexec=/proc/sys/kern/veriexec
mkdir /files /flood /over && cd /files
for name in listed busybox-wrong direct moved unlisted; do cp /bin/busybox $name; done
printf '#!/bin/sh\n' >'it is unlisted'
number=0
while [ $number -lt 1000 ]; do number=$((number + 1)); : >/flood/$number; done
chmod 755 * /flood/*
chmod 755 /flood
mknod /dev/mem c 1 1 2>/dev/null
sum() { sha256sum "$1" | cut -d ' ' -f 1; }
zeros=0000000000000000000000000000000000000000000000000000000000000000
{
    for program in busybox veriexecctl attack flood; do
        echo "/bin/$program SHA256 $(sum /bin/$program) program, interpreter, file"
    done
    for library in $(find /lib /lib64 /usr -type f ! -name '*.ko*' 2>/dev/null); do
        echo "$library SHA256 $(sum $library) library"
    done
    for name in listed moved; do echo "/files/$name SHA256 $(sum listed) direct, file"; done
    echo "/files/busybox-wrong SHA256 $zeros direct, file"
    echo "/files/direct SHA256 $(sum direct) direct"
} >/signatures
check "the module is inserted" insmod /lib/veriexec.ko
check "signatures are loaded" veriexecctl load -k /signatures

# lines TEXT: the lines with it that were logged since the last mark.
# What else the kernel says is looked at, too.
mark() { settle; dmesg -c | grep -vF 'Veriexec: ' | sed 's/^/@@ log /'; }
lines() { settle; dmesg | grep -F "$1"; }

# one NAME PRIORITY PATTERN: of all that was logged since the last mark there is one line, which is
# of that priority and fits. What comes after the names is the same in each.
one() {
    settle
    found=$(dmesg -r | grep -F 'Veriexec: ')
    if [ "$(echo "$found" | wc -l)" -ne 1 ]; then
        fail "$1: one line" "$found"
    elif echo "$found" | grep -qE -- "^<$2>(\[[^]]*\] )?Veriexec: $3$"; then
        pass "$1: $found"
    else
        fail "$1: it says all" "$found, and not $3"
    fi
}
by='prog=/bin/[a-z]+ pid=[0-9]+, uid=0, gid=0'
parent='parent=/bin/busybox ppid=[0-9]+'
ask='ask: veriexecctl explain'

# denied NAME WORDS ATTEMPT PATH COMMAND...: it is denied, and one line says so.
denied() {
    name=$1 words=$2 attempt=$3 path=$4; shift 4
    mark
    refuse "$name is denied" "" "$@"
    asked="; $ask $path"
    if [ -z "$path" ]; then asked=; fi
    one "$name" 1 "$words denied: $attempt, level=$level, $parent$asked"
}

# A console that takes its time gets whatever is reported. The serial line is the scenario's.
check "there is another console" insmod /lib/modules/slow.ko
slow=/sys/module/slow/parameters
echo 0 >/sys/class/tty/ttyS0/console
dmesg -n 8

# Level 0: what would be denied is no alarm.
level=0
mark
check "at level 0 a wrong program runs" ./busybox-wrong true
one "which is no alarm" 5 \
    "Mismatch\. \[/files/busybox-wrong, $by\] allowed: execute, level=0, $parent; $ask /files/busybox-wrong"
mark
check "nor is it said again" ./busybox-wrong true
check "nor again" ./busybox-wrong true
refuse "for the same program" "" lines "Veriexec: Mismatch"

# A trial is a self-test, as long as nothing is enforced.
mark
refuse "for trial it is denied" "" sh -c "echo 1 >$veriexec/trial; exec ./busybox-wrong true"
one "which is no alarm either" 6 \
    "Mismatch\. \[/files/busybox-wrong, $by\] denied in a self-test: execute, level=1, $parent"

level=2
check "level 2" sh -c "echo 2 >$veriexec/strict"
check "at verbosity 0" test "$(cat $veriexec/verbose)" = 0
denied "an unlisted program" "No entry\. \[/files/unlisted, $by\]" execute /files/unlisted \
    ./unlisted true
denied "a script with a blank" "No entry\. \[/files/it is unlisted, $by\]" execute \
    "'/files/it is unlisted'" "./it is unlisted"
denied "an unlisted library" "No entry\. \[/files/unlisted, $by\]" \
    "interpret or map executable" /files/unlisted attack map /files/unlisted
denied "a changed file" "Mismatch\. \[/files/busybox-wrong, $by\]" read /files/busybox-wrong cat busybox-wrong
denied "what is listed for something else" "Incorrect access type\. \[/files/direct, $by\]" read \
    /files/direct cat direct
denied "a write" "Write access request\. \[/files/listed, $by\]" write /files/listed \
    sh -c 'printf x >>listed'
denied "a removal" "Remove request\. \[/files/listed, $by\]" remove /files/listed rm -f listed
denied "a renaming" \
    "Preventing rename of \`/files/moved' to \`/files/away', uid=0, pid=[0-9]+: IPS mode, file monitored\. \[$by\]" \
    rename /files/moved mv moved away
denied "a mount" "Mount request\. \[/files, $by\]" "mount over" /files \
    mount -t tmpfs none /files
# busybox tries it a second time, with what it has read.
mark
# Attack.
refuse "a module is denied" "" insmod /lib/modules/probe.ko
say "from a file" "denied: load a module, level=2" lines "No entry. [/lib/modules/probe.ko, prog=/bin/busybox pid="
say "and from memory" "denied: load a module, level=2" lines "No entry. [, prog=/bin/busybox pid="
# Attack.
denied "the memory" "Memory write access request\. \[/dev/mem, $by\]" "write memory" /dev/mem \
    sh -c ': >>/dev/mem'
denied "a lower level" "Preventing the lowering of the strict level\. \[$by\]" "lower the level" \
    "" sh -c "echo 0 >$veriexec/strict"
denied "a change of the tables" "Strict mode, modifying tables not permitted\. \[$by\]" \
    "change the tables" "" veriexecctl flush
denied "a forced removal" "Preventing the forced removal of a module\. \[$by\]" \
    "remove a module" "" rmmod -f veriexec

# A trial hides nothing any more.
level=3
# Attack.
denied "for trial, too, a changed file" "Mismatch\. \[/files/busybox-wrong, $by\]" execute /files/busybox-wrong \
    sh -c "echo 3 >$veriexec/trial; exec ./busybox-wrong true"
level=2

# The name of a thread is not the name of a program.
cp /bin/busybox /files/other
mark
refuse "somebody with another name" "" sh -c 'echo innocent >/proc/self/comm; exec ./other'
# Attack.
one "has the name of the program" 1 \
    "No entry\. \[/files/other, $by\] denied: execute, level=2, $parent; $ask /files/other"

# A path that is too long for the line.
long=$(printf '%0200d' 0)
mkdir -p /files/$long/$long
cp /bin/busybox /files/$long/$long/program
mark
refuse "a program far down" "" /files/$long/$long/program true
# Attack.
say "its line has the verdict" "] denied: execute, level=2, parent=/bin/busybox" lines "No entry. [/files/000"
say "and the next the whole of the question" "Veriexec: ask: veriexecctl explain /files/$long/$long/program" lines "ask: veriexecctl"

# A flood does not hide another user's lines, nor another kind.
echo 0 >$veriexec/verbose
mark
check "a user tries a thousand files, and then something else" flood 1000 /flood 1000 /files/busybox-wrong
check "root tries one" flood 0 /flood 1
check "another user does" flood 1001 /flood 1
count=$(lines "uid=1000, gid=1000] denied: execute" | wc -l)
if [ $count -eq 50 ]; then pass "50 lines of the thousand"; else fail "50 lines" "$count"; fi
# Attack.
say "root's is there" "No entry. [/flood/1, prog=/bin/flood pid=" lines "uid=0, gid=0] denied"
# Attack.
say "and the other user's" "No entry. [/flood/1, prog=/bin/flood pid=" lines "uid=1001, gid=1001] denied"
# Attack.
say "and what the user did last" "Mismatch. [/files/busybox-wrong, prog=/bin/flood pid=" lines "uid=1000, gid=1000] denied: read"
# The interval is 60 seconds, after which it takes ten at most, and nobody says anything else.
sleep 75
say "later it is said what was left out" "Veriexec: 950 more reports suppressed: denied: execute, uid=1000." lines suppressed
mark
check "the user begins anew" flood 1000 /flood 1
one "and is logged again" 1 "No entry\. \[/flood/1, prog=/bin/flood pid=[0-9]+, uid=1000, gid=1000\] denied: execute, level=2, $parent; $ask /flood/1"

# Nobody waits for a console, however long it takes.
echo 0 >$veriexec/verbose
mark
echo 50 >$slow/delay
read -r collected printed lost <$veriexec/reports
if [ $lost -eq 0 ]; then pass "nothing was lost"; else fail "nothing was lost" "$lost"; fi
user=2000
while [ $user -lt 2025 ]; do
    flood $user /flood 50 || fail "flood" "user $user"
    user=$((user + 1))
done
read -r collected printed lost <$veriexec/reports
counts="$collected collected, $printed printed, $lost lost"
if [ $((collected - printed)) -gt 300 ]; then
    # Attack.
    pass "a flood is over before its lines are printed"
else
    fail "a flood waits for nothing" "$counts"
fi
echo "@@ note before the console has its lines: $counts"
echo 0 >$slow/delay
lines " denied: execute" >/tmp/denied
told=0
for count in $(lines " more reports lost" | sed -n 's/.*Veriexec: \([0-9]*\) more reports lost: they came.*/\1/p')
do
    told=$((told + count))
done
if [ $lost -gt 0 ] && [ $told -eq $lost ]; then
    # Attack.
    pass "what had no room is counted, and that is said"
else
    fail "what had no room is counted" "$lost were lost, and $told said to be"
fi
count=$(wc -l </tmp/denied)
if [ $((count + told)) -eq 1250 ]; then
    pass "each line is printed or counted"
else
    fail "each line is printed or counted" "$count of 1250 printed, $told lost"
fi
sed 's|.*/flood/\([0-9]*\),.*uid=\([0-9]*\),.*|\2 \1|' /tmp/denied >/tmp/order
sort -n -k 1,1 -k 2,2 /tmp/order >/tmp/sorted
check "in the order in which it happened" cmp /tmp/order /tmp/sorted
say "the line is a warning of no denial's" "<4>" sh -c "dmesg -r | grep ' more reports lost'"
read -r count <$slow/lines
read -r askers <$slow/askers
if [ $count -gt 500 ] && [ $askers -eq 0 ]; then
    # Attack.
    pass "nobody who asked has printed anything"
else
    fail "nobody who asks prints" "$askers of $count lines"
fi
# What a user does now is printed now.
mark
flood 3000 /flood 1
one "after it all is as before" 1 "No entry\. \[/flood/1, prog=/bin/flood pid=[0-9]+, uid=3000, gid=3000\] denied: execute, level=2, $parent; $ask /flood/1"

check "level 3" sh -c "echo 3 >$veriexec/strict"
level=3
denied "an unlisted file" "No entry\. \[/files/unlisted, $by\]" read /files/unlisted cat unlisted
mark
refuse "a file is not made" "" sh -c ': >/files/new'
one "which is said" 1 "Preventing new file creation in \`/files/new'\. \[$by\] denied: create, level=3, $parent; $ask /files/new"
