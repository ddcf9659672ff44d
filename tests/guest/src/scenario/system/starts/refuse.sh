# refused NAME TEXT [LEVEL]: the level stays 0, and the text says why; once the module is not there
# either. By default and if it is said.
refused() {
    boots "$1" 1 "${3:-0}" "$2"
    echo veriexec_on_error=refuse >>$config
    boots "$1, and if it is said so" 1 "${3:-0}" "$2"
    fresh
}
rm $config
boots "no configuration" 1 none "the strict level is not raised: /etc/veriexec.conf: No such file"
fresh
sed -i s/=2/=high/ $config
refused "a faulty configuration" "/etc/veriexec.conf:1:17: expected a strict level" none
chmod 666 $config
refused "a configuration that others can write" \
    "/etc/veriexec.conf can be written by others, mode 0666: chmod go-w /etc/veriexec.conf" none
chmod 664 $config
refused "a configuration that its group can write" "by its group, mode 0664" none
chown 65534 $config
refused "somebody else's configuration" "/etc/veriexec.conf is user 65534's, expected root's" none
chmod 1777 /etc
refused "a directory that others can write, though it is sticky" \
    "/etc can be written by others, mode 1777: chmod go-w /etc" none
mv $config /tmp/veriexec.conf
ln -s /tmp/veriexec.conf $config
refused "a link that leads through such a directory" "/tmp can be written by others" none
rm -f $config
fresh

mv $module /root/veriexec.ko
refused "no module" "no veriexec.ko for this kernel" none
echo veriexec_on_error=continue >>$config
boots "no module, to continue with" 1 none "the strict level is not raised: no veriexec.ko"
mv /root/veriexec.ko $module
fresh
veriexec-kmod load >/dev/null
exec 3>/dev/veriexec
refused "a self-test that fails" "NOT ENFORCING, though the module is loaded"
exec 3>&-
fresh

chmod 666 $list
refused "a list that others can write" "/etc/signatures can be written by others, mode 0666"
chown 65534 $list
refused "somebody else's list" "/etc/signatures is user 65534's, expected root's"
rm $list
refused "no list" "the strict level stays 0 (learning): /etc/signatures: No such file"
rm $list
mkdir $list
boots "a directory in its place" 1 0 "/etc/signatures: not a regular file"
rmdir $list
fresh
: >$list
refused "an empty list" "/etc/signatures lists nothing"
echo '# nothing' >$list
refused "a list of comments" "not all of /etc/signatures was loaded"
echo "/bin/busybox SHA3 00" >>$list
refused "a list with a line in error" "not all of /etc/signatures was loaded"
grep /bin/busybox /root/good | sed s,/bin/busybox,/bin, >>$list
refused "a list that the driver refuses" "cannot load /bin: not a regular file"
sed 's,^/,/nowhere/,' /root/good >$list
refused "a list whose files are all gone" "nothing that /etc/signatures lists was loaded"
grep /bin/busybox /root/good | sed s,/bin/busybox,$config, >>$list
refused "a list with another configuration" "/etc/veriexec.conf is listed with another fingerprint"

grep -v '^/bin/busybox' /root/good >$list
refused "no shell is listed" "would deny what this machine needs"
echo veriexec_on_error=continue >>$config
grep -v '^/bin/busybox' /root/good >$list
boots "no shell is listed, to continue with" 1 0 "would deny what this machine needs"
fresh
boots "and when all is well" 0 2 "strict level 2 (IPS)"
