echo veriexec_on_error=continue >>$config
continuing="going on, as veriexec_on_error=continue wants it"
case $boot in
writable)
    echo "/bin/busybox SHA3 00" >>$list
    chmod 666 $config $list
    boots "others can write both, and the list has an error" 2 2 "level 2 (IPS), in spite of the errors"
    for text in "$config can be written by others" "$list can be written by others" \
        "not all of $list was loaded"; do
        case $said in
        *"$text"*"; $continuing"*) pass "it says: $text" ;;
        *) fail "it says: $text" "$said" ;;
        esac
    done
    refuse "what is not listed is not executed" "not permitted" sh -c "cp /bin/veriexecgen /tmp/x; /tmp/x"
    ;;
empty)
    : >$list
    boots "the list is empty" 2 1 "the strict level becomes 1 (IDS)"
    check "programs run" /srv/kept --version
    say "the configuration is listed" "Entry status: valid" veriexecctl query $config
    refuse "and not removed" "" rm $config
    ;;
unreadable)
    rm $list
    boots "there is no list" 2 1 "/etc/signatures: No such file or directory"
    check "programs run" /srv/kept --version
    ;;
faulty)
    sed -i 's/^veriexec_strict=.*/veriexec_strict = 2/' $config
    boots "the configuration is faulty" 2 1 "/etc/veriexec.conf:1:16: no setting"
    refuse "what is listed is not removed" "" rm /srv/kept
    ;;
unproved)
    veriexec-kmod load >/dev/null
    exec 3>/dev/veriexec
    boots "nothing can be proved, nor loaded" 2 1 "NOT ENFORCING, though the module is loaded"
    exec 3>&-
    check "programs run" /srv/kept --version
    ;;
esac
