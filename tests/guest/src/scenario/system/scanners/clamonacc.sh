# clamd and clamonacc, with one signature of our own.
echo "a signature of our own" >/scanned/evil
echo "Own.Signature:0:*:$(printf 'signature of our own' | od -An -v -tx1 | tr -d ' \n')" \
    >/var/lib/clamav/own.ndb
cat >/etc/clamav/clamd.conf <<END
LocalSocket /run/clamd.ctl
LocalSocketMode 666
User clamav
DatabaseDirectory /var/lib/clamav
LogFile /run/clamd.log
LogFileMaxSize 0
OnAccessIncludePath /scanned
OnAccessPrevention yes
OnAccessExcludeUname clamav
OnAccessMaxFileSize 5M
END
: >/run/clamd.log
chown clamav /run/clamd.log /run
scanner_starts() {
    clamd >/run/clamd.said 2>&1 || { cat /run/clamd.said; return 1; }
    clamonacc --fdpass --log=/run/clamonacc.log >/run/clamonacc.said 2>&1
    for try in $(seq 120); do
        cat /scanned/evil >/dev/null 2>&1 || return 0
        sleep 0.5
    done
    cat /run/clamd.log /run/clamonacc.said /run/clamonacc.log
    return 1
}
scanner_is_there() {
    test -n "$(pidof clamd)" && test -n "$(pidof clamonacc)" && return
    tail -n 5 /run/clamd.log /run/clamonacc.log
    return 1
}
scanner_denies() { cat /scanned/evil; }
