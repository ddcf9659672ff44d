. $place/levels

# Once before anything is listed, so that what programs keep for the next time is there.
python3 $place/programs.py try /root/level.0
list_all /usr /etc
raise
# What is run by the system, and is neither in /usr nor in /etc/init.d.
say "level 2: what PAM runs when somebody logs in" "Linux" run-parts --lsbsysinit /etc/update-motd.d
check "level 2: what cron runs each day" run-parts /etc/cron.daily
python3 $place/programs.py try /root/level.2

python3 $place/programs.py compare /root/level.0 /root/level.2 >/root/compared
while read -r told; do
    case $told in
    same*) pass "level 2: programs do as before: $told" ;;
    *) fail "level 2: a program does not do as before" "$told" ;;
    esac
done </root/compared
denied_only
