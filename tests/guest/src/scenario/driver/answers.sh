insmod /lib/veriexec.ko
sed 's/^/@@ note /' /note; echo
mkdir /t /own /bare
mount -t tmpfs shared /t
mount -t tmpfs bare /bare
echo bare >/bare/file

cat >/tmp/load <<'END'
digest=$(sha256sum /bin/busybox | cut -d' ' -f1)
echo "/bin/busybox SHA256 $digest direct,indirect,file" >>/signatures
veriexecctl -k load /signatures
END

said=$(rows /table "sh /tmp/load" 2>&1)
status=$?
last=$(echo "$said" | tail -n 1)
if [ $status -eq 0 ]; then
    pass "every answer"
else
    fail "every answer" "$(echo "$said" | head -n 30)"
    echo "$said"
fi
echo "@@ note $last"
