echo veriexec_on_error=halt >>$config
case $boot in
halt) rm $list; reason="/etc/signatures: No such file or directory" ;;
halt-writable) chmod 666 $config; reason="/etc/veriexec.conf can be written by others" ;;
halt-vital) sed -i '/busybox/d' $list; reason="would deny what this machine needs" ;;
esac

# It is done if the reason is said, and then the machine is off before anything else is.
veriexec-kmod boot 2>&1 </dev/null | while read -r line; do
    echo "$line"
    case $line in
    *"$reason"*) pass "$boot: the reason is said" ;;
    *"powering off, as veriexec_on_error=halt wants it"*) pass "$boot: and what is done"; echo "@@ done" ;;
    esac
done
fail "$boot: the machine is powered off" "it is not"
