# Each thing that can be wrong, with each of the rules: `refuse` and `halt` leave the level at 0, and all
# of them are tried in one start; what `continue` raises takes a start each, one for each kind.
cases="configuration-others configuration-group configuration-owned configuration-directory
    configuration-root configuration-linked configuration-faulty list-others list-group list-owned
    list-directory list-linked list-missing list-nowhere list-loop list-no-file list-pipe list-no-text
    list-unreadable list-empty list-comments list-blank list-line list-entry list-none-there
    list-fingerprint self-test"

# wrong CASE: makes that wrong, and sets what is said then, the level that `continue` leads to, and
# whether the module is loaded before it is seen.
wrong() {
    raised=2 loaded=yes
    case $1 in
    configuration-*) loaded=no ;;
    esac
    case $1 in
    configuration-others) chmod 646 $config; text="$config can be written by others, mode 0646" ;;
    configuration-group) chmod 664 $config; text="$config can be written by its group, mode 0664" ;;
    configuration-owned) chown 65534 $config; text="$config is user 65534's, expected root's" ;;
    configuration-directory) chmod 775 /etc; text="/etc can be written by its group, mode 0775" ;;
    configuration-root) chmod 777 /; text="/ can be written by others, mode 0777" ;;
    configuration-linked)
        chown 65534 /elsewhere
        mv $config /elsewhere/conf
        ln -s ../elsewhere/conf $config
        text="/elsewhere is user 65534's, expected root's"
        ;;
    configuration-faulty) echo veriexec_verbose=much >>$config; text=":18: expected a verbosity" ;;
    list-others) chmod 602 $list; text="$list can be written by others, mode 0602" ;;
    list-group) chmod 660 $list; text="$list can be written by its group, mode 0660" ;;
    list-owned) chown 65534 $list; text="$list is user 65534's, expected root's" ;;
    list-directory)
        chmod 1777 /elsewhere
        mv $list /elsewhere/list
        ln -s /elsewhere/list $list
        text="/elsewhere can be written by others, mode 1777"
        ;;
    list-linked)
        chown 65534 /elsewhere
        ln -s $list.good /elsewhere/list
        mv $list $list.good
        ln -s /elsewhere/list $list
        text="/elsewhere is user 65534's, expected root's"
        ;;
    list-missing) rm $list; raised=1 text="$list: No such file or directory" ;;
    list-nowhere) ln -sf /nowhere $list; raised=1 text="$list: No such file or directory" ;;
    list-loop) ln -sf $list $list; raised=1 text="$list: Too many levels of symbolic links" ;;
    list-no-file) rm $list; mkdir $list; raised=1 text="$list: not a regular file" ;;
    list-pipe) rm $list; mkfifo $list; raised=1 text="$list: not a regular file" ;;
    list-no-text) gzip -c /root/good >$list; raised=1 text="not all of $list was loaded" ;;
    # Nothing is mapped at its beginning.
    list-unreadable) ln -sf /proc/self/mem $list; raised=1 text="$list: " ;;
    list-empty) : >$list; raised=1 text="$list lists nothing" ;;
    list-comments) echo '# nothing' >$list; raised=1 text="not all of $list was loaded" ;;
    list-blank) printf '\n \n\n' >$list; raised=1 text="not all of $list was loaded" ;;
    list-line) echo "/bin/busybox SHA3 00" >>$list; text="not all of $list was loaded" ;;
    list-entry)
        grep /bin/busybox /root/good | sed s,/bin/busybox,/bin, >>$list
        text="cannot load /bin: not a regular file"
        ;;
    list-none-there)
        sed 's,^/,/nowhere/,' /root/good >$list
        raised=1 text="nothing that $list lists was loaded"
        ;;
    list-fingerprint)
        grep /bin/busybox /root/good | sed s,/bin/busybox,$config, >>$list
        text="$config is listed with another fingerprint"
        ;;
    # Somebody has the device open, and the self-test cannot be made.
    self-test) veriexec-kmod load >/dev/null; exec 3>/dev/veriexec; raised=1 text="NOT ENFORCING" ;;
    esac
}

# mend: all is as it should be.
mend() {
    exec 3>&-
    rm -rf $config $list $list.good /elsewhere
    mkdir /elsewhere
    chmod 755 /
    fresh
}

# halts NAME TEXT: the machine is powered off, which here is a namespace of processes, and says why.
halts() {
    said=$(unshare -p -f veriexec-kmod boot 2>&1 </dev/null; echo "ended with $?")
    echo "-- $1: $said"
    case $said in
    *"$2"*"powering off, as veriexec_on_error=halt wants it"*"ended with 130") pass "$1" ;;
    *) fail "$1" "$said" ;;
    esac
}

mend
case $boot in
refuse)
    default=yes
    for case in $cases; do
        wrong $case
        level=0
        if [ $loaded = no ]; then level=none; fi
        # By default, and if it is said so, in turns.
        if [ $default = yes ]; then
            boots "$case, by default" 1 $level "$text"
            default=no
        else
            echo veriexec_on_error=refuse >>$config
            boots "$case, to refuse" 1 $level "$text"
            default=yes
        fi
        mend
    done
    # What is not read says nothing of what is to be done.
    for rule in refuse continue halt; do
        rm $config
        boots "no configuration" 1 none "$config: No such file or directory"
        mkdir $config
        boots "a directory in its place" 1 none "$config: not a regular file"
        mend
        printf "veriexec_strict=2\nveriexec_on_error = $rule\n" >$config
        boots "a rule that is in error: $rule" 1 none ":2:18: blanks around the ="
        mend
    done
    printf 'veriexec_strict=2\nveriexec_on_error=halt\nveriexec_on_error=refuse\nx=1\n' >$config
    boots "the last rule counts" 1 none "unknown setting x"
    mend
    ;;
halt)
    for case in configuration-others configuration-directory configuration-linked \
        configuration-faulty list-others list-directory list-missing list-no-file list-unreadable \
        list-empty list-line list-entry list-none-there list-fingerprint self-test; do
        echo veriexec_on_error=halt >>$config
        wrong $case
        halts "$case: the machine halts" "$text"
        if [ $case != self-test ]; then
            refuse "$case: the level was not raised" "" grep -q '[123]' $strict
        fi
        mend
    done
    mv $module /root/veriexec.ko
    echo veriexec_on_error=halt >>$config
    halts "no module: the machine halts" "no veriexec.ko for this kernel"
    mv /root/veriexec.ko $module
    mend
    # A machine that is started is not halted by what is wrong afterwards.
    boots "all is well" 0 2 "strict level 2 (IPS)"
    ;;
gone-*)
    echo veriexec_on_error=${boot#gone-} >>$config
    rm /srv/gone
    boots "$boot: one listed file is gone" 0 2 "cannot load /srv/gone: no such file"
    check "$boot: the others are loaded" /srv/kept --version
    chmod 666 /etc
    ended=1
    if [ $boot = gone-continue ]; then ended=2; fi
    boots "$boot: the machine is up, and stays so" $ended 2 "/etc can be written by others, mode 0666"
    ;;
*)
    echo veriexec_on_error=continue >>$config
    wrong $boot
    boots "$boot: the start goes on" 2 $raised "$text"
    case $said in
    *"$text"*"going on, as veriexec_on_error=continue wants it"*) pass "$boot: and that is said" ;;
    *) fail "$boot: and that is said" "$said" ;;
    esac
    check "$boot: programs run" /srv/kept --version
    ;;
esac
