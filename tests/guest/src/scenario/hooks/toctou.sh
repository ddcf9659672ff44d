tries=1000
insmod /lib/veriexec.ko
say "there are two processors" 2 nproc
mkdir /files
mount -t tmpfs -o size=300m files /files
head -c 16384 /dev/urandom >/tmp/contents
digest=$(sha256sum /tmp/contents | cut -d' ' -f1)

# files DIRECTORY COUNT: so many files, all alike and listed.
files() {
    mkdir "/files/$1"
    number=0
    while [ $number -lt "$2" ]; do
        cp /tmp/contents "/files/$1/$number"
        echo "/files/$1/$number SHA256 $digest indirect,file"
        number=$((number + 1))
    done
}

for way in open closed shared after; do
    files $way $tries
    files $way-learning 20
done >/tmp/signatures
check "all is listed" veriexecctl load /tmp/signatures

# That it is noticed when a try succeeds.
for way in open closed shared after; do
    refuse "at level 0, $way: all of them succeed" "20 tries, 20 succeeded" \
        toctou $way /files/$way-learning 20
done

check "level 1" sh -c "echo 1 >/proc/sys/kern/veriexec/strict"
for way in open closed shared after; do
    said=$(toctou $way /files/$way $tries)
    echo "@@ note $said"
    case $said in
    # Attack.
    *": $tries tries, 0 succeeded;"*) pass "$way: none succeeds" ;;
    *) fail "$way: none succeeds" "$said" ;;
    esac
done
