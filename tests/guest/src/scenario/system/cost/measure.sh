# What both scenarios measure with. Nothing else runs: this is the first process.
mount -t tmpfs tmp /run
mkdir /files
cp /usr/local/bin/nothing /files/listed
cp /usr/local/bin/nothing /files/unlisted
cp /usr/local/bin/nothing /files/wrong
sum() { sha256sum "$1" | cut -d ' ' -f 1; }

# measure BY LINES: a line for each use of each file that is allowed. Nothing is opened or executed
# for it but the program that measures. Nine batches are enough: instructions, which are counted
# when the figures are to be kept, are almost the same in each.
measure() {
    measured=$(cost 9 /files/listed /files/unlisted 2>&1)
    lines=0
    while read -r line; do
        lines=$((lines + 1))
        echo "@@ time $1 $line"
    done <<MEASURED
$measured
MEASURED
    if [ $lines -eq $2 ]; then
        pass "measured: $1"
    else
        fail "measured: $1" "$2 lines were expected: $measured"
    fi
}
