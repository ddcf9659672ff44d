# fapolicyd, which compares each file that it trusts with a hash of its own.
cp /usr/bin/true /scanned/untrusted
find /scanned -type f | while read -r file; do
    echo "$file $(stat -c %s $file) $(sha256sum $file | cut -d ' ' -f 1)"
done | grep -v /scanned/untrusted >/etc/fapolicyd/fapolicyd.trust
rm -f /etc/fapolicyd/trust.d/* /etc/fapolicyd/rules.d/*
sed -i 's/^trust = .*/trust = file/; s/^integrity = .*/integrity = sha256/' \
    /etc/fapolicyd/fapolicyd.conf
mkdir -m 770 /run/fapolicyd
chgrp fapolicyd /run/fapolicyd
cat >/etc/fapolicyd/compiled.rules <<END
deny perm=execute all : path=/scanned/untrusted
allow perm=any all : trust=1
allow perm=any all : all
END
scanner_starts() {
    fapolicyd --no-details >/run/fapolicyd.said 2>&1 || { cat /run/fapolicyd.said; return 1; }
    for try in $(seq 120); do
        /scanned/untrusted 2>/dev/null || return 0
        sleep 0.5
    done
    return 1
}
scanner_is_there() { test -n "$(pidof fapolicyd)"; }
scanner_denies() { /scanned/untrusted; }
