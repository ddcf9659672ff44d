. $place/levels
. $place/chores
. $place/answers

# Once before anything is listed, so that what programs keep for the next time is there.
prepare_chores
chores "level 0"

list_all /usr /etc/init.d
whole_usr >/root/usr.0
answers /root/answers.0

raise
chores "level 2"
say "level 2: tar reads all of /usr" "$(cat /root/usr.0)" whole_usr
answers /root/answers.2
for answer in /root/answers.0/*; do
    name=$(basename $answer)
    check "level 2: the same answer: $name" diff $answer /root/answers.2/$name
done
# PAM runs this for each that logs in by SSH, and who logs in does without what it says. With
# `-d /etc` it is listed; the other scenario tries that.
denied_only /etc/update-motd.d/10-uname
