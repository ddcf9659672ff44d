rm /srv/gone
boots "one listed file is gone: it is named" 0 2 "cannot load /srv/gone: no such file"
case $said in
*"passed over in /etc/signatures: 1 missing file"*"strict level 2 (IPS)") pass "and no error" ;;
*) fail "and no error" "$said" ;;
esac
check "the others are loaded" /srv/kept --version
refuse "to verify, the missing file is missing" "missing" veriexecctl verify
refuse "and to lint" "missing-file" veriexecctl lint
cp /bin/veriexecctl /srv/gone
# Attack.
refuse "what takes its name is not listed" "not permitted" /srv/gone --version

for file in $config $list; do
    say "$file is listed" "Entry status: valid" veriexecctl query $file
    say "to be opened" "Entry flags: file" veriexecctl query $file
    check "it is read" cat $file
    # Attack.
    refuse "it is not written" "not permitted" sh -c "echo >>$file"
    # Attack.
    refuse "nor removed" "" rm $file
    # Attack.
    refuse "nor replaced" "" mv /root/good $file
done
say "dump has it" "/etc/veriexec.conf SHA256" veriexecctl dump
say "explain knows it" "open" veriexecctl explain $config
say "to start again changes nothing" "the self-test is skipped" veriexec-kmod boot
echo 3 >$strict
check "level 3: they are read" cat $config $list
