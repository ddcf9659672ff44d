# Attacks: each is tried at every level, on files of its own. Below the level that is the first to
# deny it, it succeeds, and is reported; from there on it fails.

sum() { sha256sum "$1" | cut -d' ' -f1; }
printf '#!/bin/sh\necho ran\n' >/script
victim=$(sum /victim) dynamic=$(sum /bin/dynamic) library=$(sum /preloaded.so) script=$(sum /script)
veriexec=/proc/sys/kern/veriexec
tracing=/sys/kernel/tracing

# list NAME DIGEST FLAGS: an entry for a file of the attack, by the name it has where it is.
list() { echo "$there/$1 SHA256 $2 $3" >>/signatures; }

# make KIND: a file of the attack.
make() {
    case $1 in
    good) cp /victim $there/good; list good $victim direct,indirect,file ;;
    bad) cp /victim $there/bad; echo >>$there/bad; list bad $victim direct,indirect,file ;;
    other) cp /victim $there/other; echo ! >>$there/other ;;
    script) cp /script $there/script; chmod +x $there/script; list script $script script ;;
    badscript)
        cp /script $there/badscript
        echo "echo really" >>$there/badscript
        chmod +x $there/badscript
        list badscript $script script
        ;;
    otherscript) cp /script $there/otherscript; echo "echo really" >>$there/otherscript ;;
    interpreted)
        printf "#!$there/bad\n" >$there/interpreted
        chmod +x $there/interpreted
        list interpreted "$(sum $there/interpreted)" script
        ;;
    dynamic) cp /bin/dynamic $there/dynamic; list dynamic $dynamic direct,file ;;
    baddynamic)
        cp /bin/dynamic $there/baddynamic
        echo >>$there/baddynamic
        list baddynamic $dynamic direct,file,indirect
        ;;
    otherdynamic) cp /bin/dynamic $there/otherdynamic; echo ! >>$there/otherdynamic ;;
    badlibrary)
        cp /preloaded.so $there/badlibrary
        echo >>$there/badlibrary
        list badlibrary $library library
        ;;
    otherlibrary) cp /preloaded.so $there/otherlibrary; echo ! >>$there/otherlibrary ;;
    data)
        echo "what is in $there" >$there/data
        list data "$(sum $there/data)" file
        ;;
    donor) echo "something else, and more of it than there was in it before" >$there/donor ;;
    mapped)
        mkfifo $there/go $there/done
        ( attack shared-later $there/good $there/go; echo >$there/done ) &
        ;;
    later=*)
        # What is done by descriptors that were opened before anything was listed: 3 and 4, for good
        # or data and for what takes its place.
        mkfifo $there/go $there/done
        file=$there/data donor=$there/donor
        if [ -e $there/good ]; then file=$there/good donor=$there/other; fi
        (
            exec 3<>$file 4<>$donor
            read -r go <$there/go
            eval "${1#later=}"
            ended=$?
            exec 3<&- 4<&-
            echo $ended >$there/done
        ) &
        ;;
    esac
}

# count TEXT: how often the kernel has logged it.
count() { settle; dmesg | grep -cF -- "$1"; }

# try NAME KINDS FROM ERROR REPORTED REFUSED COMMAND: the command is tried, with @ for the
# attack's directory. From that level on it fails, and says the error. What is logged is REPORTED
# below that level, and REFUSED at it, with % for the directory where it was listed.
try() {
    name=$1 from=$3 error=$4 reported=$5 refused=$6 command=$7
    there=/a/$level/$name here=/a/$level/$name
    case $name in
    disk-*) there=/disk/$level/$name here=$there ;;
    held-*) there=/held/$level/$name here=$there ;;
    xfs-*) there=/xfs/$level/$name here=$there ;;
    overlay-*) there=/lower/$level/$name here=/merged/$level/$name ;;
    bound-*) here=/bound/$level/$name ;;
    esac
    if [ $phase = prepare ]; then
        mkdir -p $there
        for kind in $2; do make "$(echo "$kind" | tr _ ' ')"; done
        return
    fi
    text=$reported
    if [ $level -eq $from ]; then text=$refused; elif [ $level -gt $from ]; then text=; fi
    text=$(echo "$text" | sed "s,@,$here,g; s,%,$there,g")
    command=$(echo "$command" | sed "s,@,$here,g; s,%,$there,g")
    # What was logged before is logged again. What is denied is at every verbosity.
    verbosity=0
    case $text in *"No entry."*) if [ $level -lt $from ]; then verbosity=1; fi ;; esac
    echo $verbosity >$veriexec/verbose
    before=$(count "$text")
    said=$(eval "$command" 2>&1)
    status=$?
    after=$(count "$text")
    echo 0 >$veriexec/verbose
    about="level $level, $name"
    if [ $level -lt $from ] && [ $status -ne 0 ]; then
        fail "$about" "it failed: $said"
    elif [ $level -ge $from ] && [ $status -eq 0 ]; then
        fail "$about" "it succeeded: $said"
    elif [ $level -eq $from ] && ! echo "$said" | grep -qE -- "$error"; then
        fail "$about" "it said: $said"
    elif [ -n "$text" ] && [ $after -le $before ]; then
        fail "$about" "it was not logged: $text"
    else
        pass "$about"
    fi
}

denied="Operation not permitted"
busy='Veriexec: Open for write. [%'
changed='Veriexec: Mismatch. [%'
unlisted='Veriexec: No entry. [@'
written='Veriexec: Write access request. [%'
removed='Veriexec: Remove request. [%'
mounted='Veriexec: Mount request. [@'
raw='Veriexec: Raw write access request. [/dev/'
drop='echo 1 >/proc/sys/vm/drop_caches'

all() {
    # The ground that enforcement stands on.
    try ftrace "" 0 "busy" "" "" 'echo 0 >/proc/sys/kernel/ftrace_enabled'
    try strict "" 1 "$denied" "" "" "echo 0 >$veriexec/strict"
    try trial "bad" 1 "$denied" "$changed/bad" "$changed/bad" "echo 0 >$veriexec/trial; @/bad"
    try kprobe "bad" 1 "$denied" "$changed/bad" "$changed/bad" \
        "echo p:a security_bprm_check >$tracing/kprobe_events
         echo 1 >$tracing/events/kprobes/enable; @/bad; result=\$?
         echo 0 >$tracing/events/kprobes/enable; echo >$tracing/kprobe_events; (exit \$result)"
    try kprobes-off "bad" 1 "$denied" "$changed/bad" "$changed/bad" \
        'echo 0 >/sys/kernel/debug/kprobes/enabled; @/bad'
    try tracer "bad" 1 "$denied" "$changed/bad" "$changed/bad" \
        "echo 'security_*' >$tracing/set_ftrace_notrace
         echo function >$tracing/current_tracer; echo 0 >$tracing/tracing_on; @/bad; result=\$?
         echo nop >$tracing/current_tracer; echo >$tracing/set_ftrace_notrace; (exit \$result)"
    try module "" 2 "$denied" "Veriexec: No entry. [/lib/modules/probe.ko" \
        "Veriexec: No entry. [/lib/modules/probe.ko" \
        'insmod /lib/modules/probe.ko && rmmod probe'

    # Writers.
    try writer "good" 1 "$denied" "$busy/good" "$busy/good" 'attack writer @/good'
    try writer-after-use "good" 1 "$denied" "$busy/good" "$busy/good" \
        'attack writer-after-use @/good'
    try shared "good" 1 "$denied" "$busy/good" "$busy/good" 'attack shared @/good'
    try old-held "good other later=:" 1 "$denied" "$busy/good" "$busy/good" 'cat @/good'
    try old-written "good other later=printf_x_>&3" 1 "$denied" "$changed/good" \
        "$changed/good" 'echo >@/go; read -r line <@/done; cat @/good'
    try old-cut "good other later=attack_cut-by_3" 1 "$denied" "$changed/good" \
        "$changed/good" 'echo >@/go; read -r line <@/done; cat @/good'
    try old-shared "good mapped" 1 "$denied" "$changed/good" "$changed/good" \
        'echo >@/go; read -r line <@/done; cat @/good'
    try write "good" 2 "$denied" "$written/good" "$written/good" 'printf x >>@/good'
    try empty "good" 2 "$denied" "$written/good" "$written/good" 'attack empty @/good'
    try truncate "good" 2 "$denied" "$written/good" "$written/good" 'truncate -s 0 @/good'
    try reopen "good" 2 "$denied" "$written/good" "$written/good" 'attack reopen @/good'
    try handle "good" 2 "$denied" "$written/good" "$written/good" 'attack handle @/good'
    try ring "good" 2 "$denied" "$written/good" "$written/good" 'attack ring @/good'
    try changed "good" 1 "$denied" "$changed/good" "$changed/good" \
        'printf x >>@/good && @/good'

    # Code.
    try run "bad" 1 "$denied" "$changed/bad" "$changed/bad" '@/bad'
    try run-unlisted "other" 2 "$denied" "$unlisted/other" "$unlisted/other" '@/other'
    try protect "other" 2 "$denied" "$unlisted/other" "$unlisted/other" \
        'attack protect @/other'
    try protect-changed "good" 1 "mprotect: $denied" "Veriexec: Not evaluated. [%/good" \
        "Veriexec: Not evaluated. [%/good" 'attack protect-changed @/good'
    try map "other" 2 "mmap: $denied" "$unlisted/other" "$unlisted/other" \
        'attack map @/other'
    try old-personality "other" 2 "mmap: $denied" "$unlisted/other" "$unlisted/other" \
        'attack old-personality @/other'
    try execute-path "bad" 1 "execveat: $denied" "$changed/bad" "$changed/bad" \
        'attack execute-path @/bad'
    try execute-proc "bad" 1 "execve: $denied" "$changed/bad" "$changed/bad" \
        'attack execute-proc @/bad'
    try execute-deleted "other" 2 "$denied" "$unlisted/other" "$unlisted/other" \
        'attack execute-deleted @/other'
    try execute-memory "good" 2 "execveat: $denied" "Veriexec: No entry. [/memfd:copy" \
        "Veriexec: No entry. [/memfd:copy" 'attack execute-memory @/good'
    try map-memory "good" 2 "mmap: $denied" "Veriexec: No entry. [/memfd:copy" \
        "Veriexec: No entry. [/memfd:copy" 'attack map-memory @/good'
    try nameless "good" 2 "$denied" "$unlisted/new" "$unlisted/new" \
        'attack nameless @/good @ @/new'
    try linker "baddynamic" 1 "$denied" "$changed/baddynamic" "$changed/baddynamic" \
        '/lib64/ld-linux-x86-64.so.2 @/baddynamic'
    try linker-unlisted "otherdynamic" 2 "failed to map segment|$denied" \
        "$unlisted/otherdynamic" "$unlisted/otherdynamic" \
        '/lib64/ld-linux-x86-64.so.2 @/otherdynamic'
    try preload "dynamic badlibrary" 1 "cannot be preloaded" "$changed/badlibrary" \
        "$changed/badlibrary" 'LD_PRELOAD=@/badlibrary @/dynamic | grep preloaded'
    try preload-unlisted "dynamic otherlibrary" 2 "cannot be preloaded" \
        "$unlisted/otherlibrary" "$unlisted/otherlibrary" \
        'LD_PRELOAD=@/otherlibrary @/dynamic | grep preloaded'
    try script "badscript" 1 "$denied" "$changed/badscript" "$changed/badscript" \
        '@/badscript'
    try shell "badscript" 1 "$denied" "$changed/badscript" "$changed/badscript" \
        'sh @/badscript'
    try shell-unlisted "otherscript" 3 "$denied" "$unlisted/otherscript" \
        "$unlisted/otherscript" 'sh @/otherscript'
    try interpreter "bad interpreted" 1 "$denied" "$changed/bad" "$changed/bad" \
        '@/interpreted'

    # Names.
    try link "bad" 1 "$denied" "$changed/bad" "$changed/bad" 'ln @/bad @/link && @/link'
    try link-written "good" 2 "$denied" "$written/good" "$written/good" \
        'ln @/good @/link && printf x >>@/link'
    try link-removed "good" 1 "$denied" "$removed/good" "$removed/good" \
        'ln @/good @/link && rm @/link'
    try remove "good" 1 "$denied" "$removed/good" "$removed/good" 'rm @/good'
    try replace "good other" 2 "$denied" \
        "Veriexec: Non-monitored file \`@/other' renamed to monitored file \`@/good'" \
        "Veriexec: Preventing rename of \`@/other' to \`@/good'" 'mv -f @/other @/good'
    try rename "good" 2 "$denied" \
        "Veriexec: Monitored file \`@/good' renamed to non-monitored file \`@/away'" \
        "Veriexec: Preventing rename of \`@/good' to \`@/away'" 'mv @/good @/away'
    try exchange "good other" 2 "$denied" \
        "Veriexec: Monitored file \`@/good' renamed to non-monitored file \`@/other'" \
        "Veriexec: Preventing rename of \`@/good' to \`@/other'" 'attack exchange @/good @/other'
    try rename-above "good" 2 "$denied" "Veriexec: Monitored file \`@' renamed" \
        "Veriexec: Preventing rename of \`@'" 'mv @ @-away'
    try bound-run "bad" 1 "$denied" "$changed/bad" "$changed/bad" '@/bad'
    try bound-write "good" 2 "$denied" "$written/good" "$written/good" 'printf x >>@/good'
    try mount-over "good" 2 "permission denied" "$mounted" "$mounted" \
        'mount -t tmpfs over @ && umount @'
    try bind-over "good other" 2 "permission denied" "$mounted/good" "$mounted/good" \
        'mount -o bind @/other @/good && umount @/good'

    # Other file systems.
    try overlay-run "bad" 1 "$denied" "$changed/bad" "$changed/bad" '@/bad'
    try overlay-write "good" 2 "$denied" "$written/good" "$written/good" 'printf x >>@/good'
    try overlay-truncate "good" 2 "$denied" "$written/good" "$written/good" \
        'truncate -s 0 @/good'
    try overlay-remove "good" 1 "$denied" "$removed/good" "$removed/good" 'rm @/good'
    try overlay-replace "good other" 2 "$denied" "renamed to monitored file" \
        "Veriexec: Preventing rename of" 'mv -f @/other @/good'
    try overlay-below "good" 1 "$denied" "$changed/good" "$changed/good" \
        'printf x >>%/good && @/good'
    try overlay-copied "good" 2 "$denied" "$unlisted/good" "$unlisted/good" \
        'chmod 700 @/good && @/good'
    try chroot "bad" 1 "$denied" "$changed/bad" "$changed/bad" 'chroot @ /bad'
    try container "other" 2 "$denied" "Veriexec: No entry. [/mnt/other" \
        "Veriexec: No entry. [/mnt/other" \
        'unshare -m sh -c "mount -t tmpfs own /mnt && cp @/other /mnt && /mnt/other"'
    try container-listed "bad" 1 "$denied" "$changed/bad" "$changed/bad" \
        'unshare -m sh -c "mount -t tmpfs own /proc && @/bad"'
    try container-user "bad" 1 "$denied" "$changed/bad" "$changed/bad" 'unshare -U -r @/bad'
    try disk-reuse "good other" 0 "No Veriexec entry|$denied" "" "renamed to monitored file" \
        'new=$(attack reuse @/good @/other) && veriexecctl query $new || { echo $new; false; }'
    try disk-move "data donor" 1 "$denied" "$changed/data" "$changed/data" \
        'attack move @/donor @/data'
    try disk-old-move "data donor later=attack_move-by_4_3" 1 "$denied" "$changed/data" \
        "$changed/data" 'echo >@/go; read -r ended <@/done; [ $ended = 0 ] && cat @/data'
    try disk-old-move-cached "data donor later=cat_<&3;attack_move-by_4_3" 1 "$denied" \
        "$changed/data" "$changed/data" \
        "echo >@/go; read -r ended <@/done
         [ \$ended = 0 ] && { cat @/data; $drop; cat @/data; }"
    try xfs-clone "data donor" 1 "$denied" "$changed/data" "$changed/data" \
        'attack clone @/data @/donor'
    try xfs-old-clone "data donor later=attack_clone-by_3_4" 1 "$denied" "$changed/data" \
        "$changed/data" 'echo >@/go; read -r ended <@/done; [ $ended = 0 ] && cat @/data'

    # What is below them.
    # losetup(8) takes what it cannot write for reading.
    try image "good" 2 "" "$written/good" "$written/good" \
        'losetup /dev/loop1 @/good; [ "$(blockdev --getro /dev/loop1)" = 0 ]; result=$?
         losetup -d /dev/loop1; (exit $result)'
    try disk-raw "data" 2 "$denied" "${raw}disk1p1" "${raw}disk1p1" \
        'attack raw /dev/disk1p1 $(place @/data)'
    try disk-raw-used "data" 1 "$denied" "$changed/data" "$changed/data" \
        "attack raw /dev/disk1p1 \$(place @/data) && { $drop; cat @/data; }"
    try disk-raw-cached "data" 1 "$denied" "$changed/data" "$changed/data" \
        "cat @/data >/dev/null && attack raw /dev/disk1p1 \$(place @/data) &&
         { cat @/data; $drop; cat @/data; }"
    try disk-raw-held "data" 1 "$denied" "$busy/data" "$busy/data" \
        '( exec 3<>/dev/disk1p1; cat @/data )'
    try disk-whole-held "data" 1 "$denied" "$busy/data" "$busy/data" \
        '( exec 3<>/dev/disk1; cat @/data )'
    try disk-loop "data" 1 "$denied" "$changed/data" "$changed/data" \
        "losetup /dev/loop2 /dev/disk1p1; attack raw /dev/loop2 \$(place @/data); result=\$?
         losetup -d /dev/loop2; [ \$result -eq 0 ] && { $drop; cat @/data; }"
    try held-loop "data" 1 "$denied" "$busy/data" "$busy/data" \
        'attack raw /dev/loop3 0; cat @/data'
}

insmod /lib/veriexec.ko
for name in loop overlay libcrc32c xfs; do insert $name; done
mount -t tracefs tracing $tracing 2>/dev/null
mount -t debugfs debug /sys/kernel/debug
mkdir /a /bound /lower /upper /merged /disk /held /xfs
mount -o bind /a /bound

# A file system of ext2's has extents if its superblock says so.
for number in 1 3; do
    partition add /dev/disk$number 1 30
    name_disks
    mke2fs -q /dev/disk${number}p1 >/dev/null 2>&1
    printf '\102' | dd of=/dev/disk${number}p1 bs=1 seek=1120 conv=notrunc 2>/dev/null
done
check "there is a disk with ext4" mount -t ext4 /dev/disk1p1 /disk
check "there is another" mount -t ext4 /dev/disk3p1 /held
check "there is a disk with xfs" mount -t xfs /dev/disk2 /xfs

phase=prepare
for level in 0 1 2 3; do all; done
mount -t tmpfs upper /upper
mkdir /upper/upper /upper/work
check "there is an overlay" \
    mount -t overlay -o lowerdir=/lower,upperdir=/upper/upper,workdir=/upper/work over /merged
check "a loop holds a disk" losetup /dev/loop3 /dev/disk3p1
sync

# place FILE: where its disk has its contents.
places=$(for file in /disk/*/*/data; do echo "$file=$(attack where /dev/disk1p1 $file)"; done)
place() { echo "$places" | grep -F "$1=" | cut -d= -f2; }

find /bin /lib /lib64 /usr -type f ! -name '*.ko' 2>/dev/null | while read -r file; do
    echo "$file SHA256 $(sum "$file") direct,indirect,file" >>/signatures
done
check "all is listed" veriexecctl -k load /signatures

phase=run
for level in 0 1 2 3; do
    check "level $level" sh -c "echo $level >$veriexec/strict"
    all
    if [ $level -gt 0 ]; then
        # Attack.
        refuse "level $level, the module does not go" "temporarily unavailable" rmmod veriexec
        # Attack.
        refuse "level $level, nor by force" "" rmmod -f veriexec
    fi
done
