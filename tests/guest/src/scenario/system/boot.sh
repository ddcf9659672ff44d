say "the kernel is the one that was asked for" "$release" uname -r
say "the machine is emulated" hypervisor cat /proc/cpuinfo
check "devices have nodes" test -c /dev/null
refuse "a failing command is noticed" "" false
