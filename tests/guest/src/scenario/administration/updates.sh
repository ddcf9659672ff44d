strict=/proc/sys/kern/veriexec/strict

# Programs that say who they are.
mkdir -p /srv/bin /srv/new
for file in replaced written removed; do cp /bin/veriexecctl /srv/bin/$file; done
# This one needs no library, which level 2 would want to be listed too.
cp /bin/busybox /srv/bin/busybox-kept
cp /bin/veriexecgen /srv/new/program
check "the module is inserted" insmod /lib/veriexec.ko
check "programs are listed" veriexecgen -r -d /srv/bin -d /bin -o /tmp/signatures
check "and loaded" veriexecctl -k load /tmp/signatures
echo 1 >$strict

# As a package manager does it: a link keeps the old file until the new one has its name.
check "level 1: a listed file is there" veriexecctl query /srv/bin/replaced
check "level 1: the new one is made beside it" cp /srv/new/program /srv/bin/replaced.new
check "level 1: the old one is kept by another name" ln /srv/bin/replaced /srv/bin/replaced.old
check "level 1: it is replaced" mv /srv/bin/replaced.new /srv/bin/replaced
check "level 1: and the old one is removed" rm /srv/bin/replaced.old
refuse "level 1: what has its name now is not listed" "" veriexecctl query /srv/bin/replaced
say "level 1: and runs" "veriexecgen" /srv/bin/replaced --version

check "level 1: a listed file is written" sh -c 'echo >>/srv/bin/written'
refuse "level 1: and does not run" "not permitted" /srv/bin/written --version
refuse "level 1: none is removed" "not permitted" rm /srv/bin/removed
refuse "level 1: nothing is listed anew" "" veriexecctl load --replace /tmp/signatures

echo 2 >$strict
refuse "level 2: what is not listed does not run" "not permitted" /srv/bin/replaced --version
refuse "level 2: no listed file is replaced" "not permitted" \
    mv /srv/new/program /srv/bin/busybox-kept
check "level 2: and it runs as before" /srv/bin/busybox-kept true
