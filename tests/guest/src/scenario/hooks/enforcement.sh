# The whole of it once, by the tools: what is listed, what is denied, what is said.
mkdir /files && cd /files
sum() { sha256sum "$1" | cut -d ' ' -f 1; }
for name in good bad unlisted; do cp /bin/busybox busybox-$name; done
printf '#!/files/busybox-good true\n' > script; chmod +x script
printf 'data\n' > data
zeros=0000000000000000000000000000000000000000000000000000000000000000
{
    echo "/bin/busybox SHA256 $(sum /bin/busybox) program, interpreter, file"
    echo "/bin/veriexecctl SHA256 $(sum /bin/veriexecctl) program, file"
    echo "/files/busybox-good SHA256 $(sum busybox-good) direct, indirect"
    echo "/files/busybox-bad SHA256 $zeros direct"
    echo "/files/script SHA256 $(sum script) direct"
    echo "/files/data SHA256 $zeros file"
} > /signatures

check "the module can be inserted" insmod /lib/veriexec.ko
strict=/proc/sys/kern/veriexec/strict
say "it starts at level 0" 0 cat $strict
case $(uname -r) in 6.1.*) hooks=30 ;; *) hooks=28 ;; esac
say "it is asked" $hooks cat /proc/sys/kern/veriexec/hooks
say "it has algorithms" SHA256 cat /proc/sys/kern/veriexec/algorithms
check "signatures can be loaded" veriexecctl load -k /signatures
say "the entries are counted" 6 cat /proc/sys/kern/veriexec/count/table0/nentries
say "the file system is named" / cat /proc/sys/kern/veriexec/count/table0/mntpt
check "status says it all" veriexecctl status

check "a program runs" ./busybox-good true
check "at level 0 a wrong one runs too" ./busybox-bad true
logged "and that is said" "Veriexec: Mismatch. [/files/busybox-bad"
check "at level 0 a wrong file is read" cat data

echo 1 > /proc/sys/kern/veriexec/trial
refuse "for trial, a wrong file cannot be read by the one who asked" "not permitted" read line < data
echo 0 > /proc/sys/kern/veriexec/trial
check "nor is it kept from others" cat data

check "the level can be raised" sh -c "echo 1 > $strict"
refuse "and not be lowered" "not permitted" sh -c "echo 0 > $strict"
refuse "nor be what it is not" "nvalid argument" sh -c "echo 4 > $strict"
check "a program still runs" ./busybox-good true
check "a script, too" ./script
refuse "a wrong program does not" "not permitted" ./busybox-bad true
refuse "nor is a wrong file read" "not permitted" cat data
check "what is not listed runs" ./busybox-unlisted true
refuse "the module cannot go" "unavailable" rmmod veriexec
refuse "nor be made to" "not permitted" rmmod -f veriexec
logged "which is said" "Veriexec: Preventing the forced removal of a module"
# Attack.
refuse "hooks cannot be turned off" "busy" sh -c "echo 0 > /proc/sys/kernel/ftrace_enabled"
# Attack.
refuse "tables cannot be changed" "strict level is above 0" veriexecctl flush
check "a good program can be written" sh -c "printf x >> busybox-good"
refuse "then it does not run" "not permitted" ./busybox-good true
refuse "a listed file cannot be removed" "not permitted" rm busybox-good
check "another one can" rm busybox-unlisted

cp /bin/busybox busybox-unlisted
check "level 2" sh -c "echo 2 > $strict"
refuse "now what is not listed does not run" "not permitted" ./busybox-unlisted true
refuse "nor is what is listed written" "not permitted" sh -c "printf x >> script"
refuse "or renamed" "not permitted" mv script other
check "a file can be made" sh -c "printf x > new"

check "level 3" sh -c "echo 3 > $strict"
refuse "now no file can be made" "not permitted" sh -c "printf x > newer"
refuse "what is not listed cannot be read" "not permitted" cat new
refuse "or removed" "not permitted" rm new
refuse "and the script, which may not be opened, does not run" "" ./script
