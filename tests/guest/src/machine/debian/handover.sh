# Hands the machine over to the Debian on its disk, which runs the scenario. Its image has nothing
# of ours in it: what the scenario needs is put there at each boot, and forgotten after it.
mount -t ext4 -o noatime /dev/disk1 /mnt
place=/mnt/usr/local/lib/veriexec
mkdir -p $place
cp /lib/veriexec.ko /checks /payload/* $place/
find /bin -type f ! -name busybox -exec cp {} /mnt/usr/local/bin/ \;
{
    echo '#!/bin/sh'
    echo 'exec </dev/null >/dev/ttyS0 2>&1'
    echo 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root'
    echo "release=$release boot=$boot minutes=$minutes place=/usr/local/lib/veriexec"
    echo 'cd /root'
    echo '. $place/checks'
    echo '. $place/scenario'
    echo 'finish'
} >$place/run
chmod 755 $place/run

# Nobody else uses the serial line, and nobody else decides what may run.
units=/mnt/etc/systemd/system
mkdir -p $units/multi-user.target.wants $units.conf.d
for unit in serial-getty@ttyS0 fapolicyd; do ln -s /dev/null $units/$unit.service; done
printf '[Manager]\nShowStatus=no\n' >$units.conf.d/quiet.conf
printf '[Unit]\nAfter=multi-user.target\n[Service]\nExecStart=/usr/local/lib/veriexec/run\n' \
    >$units/scenario.service
ln -s ../scenario.service $units/multi-user.target.wants/

for directory in dev proc sys; do mount -o move /$directory /mnt/$directory; done
exec switch_root /mnt "$first"
