#!/bin/sh
# Says in single words what the image has of what generalization deals with.
[ ! -f /tmp/DeprovisioningScript.sh ] || echo override
for program in cloud-init waagent; do
  command -v "$program" > /dev/null 2>&1 && echo "$program"
done
for kernel in /boot/vmlinuz-*; do
  [ ! -f "$kernel" ] || { echo kernel; break; }
done
for trace in /etc/machine-id /var/lib/systemd /etc/ssh/ssh_host_*_key /var/lib/apt/lists /root/.*_history /var/log/?*; do
  [ ! -e "$trace" ] || { echo leftovers; break; }
done
exit 0
