#!/bin/sh -e
# Removes what deprovisioning programs leave behind. Where it would remove all of a folder, and where homes and logs are, a link to
# another folder is not followed: what lies there is no trace.

# Empties a file, or replaces what else is there by an empty file.
empty() {
  if [ -L "$1" ] || [ ! -f "$1" ]; then
    rm -rf "$1"
  fi
  : > "$1"
}
# Whether it is a folder, not a link to another.
is_folder() {
  [ -d "$1" ] && [ ! -L "$1" ]
}
# Removes what a folder holds.
clear() {
  if is_folder "$1"; then
    rm -rf "$1"/*
  fi
}

if ls /etc/ssh/ssh_host_*_key > /dev/null 2>&1; then
  rm -f /etc/ssh/ssh_host_*_key /etc/ssh/ssh_host_*_key.pub
  if ! command -v cloud-init > /dev/null && ! command -v waagent > /dev/null; then
    echo 'The SSH host keys are removed, but the image has neither cloud-init nor waagent to make new ones: let a service run ssh-keygen -A.'
  fi
fi
if [ -e /etc/machine-id ] || [ -L /etc/machine-id ] || [ -e /lib/systemd/systemd ]; then
  empty /etc/machine-id
  chmod 0444 /etc/machine-id
fi
if [ ! -L /var/lib/dbus/machine-id ]; then
  rm -f /var/lib/dbus/machine-id
fi
rm -f /var/lib/systemd/random-seed /var/lib/urandom/random-seed /var/lib/systemd/credential.secret
rm -f /var/lib/dhcp/*.leases /var/lib/dhcp/*.lease /var/lib/dhclient/*.leases /var/lib/NetworkManager/*.lease
rm -f /etc/udev/rules.d/70-persistent-net.rules

if [ -f /etc/resolv.conf ] && [ ! -L /etc/resolv.conf ]; then
  rm -f /etc/resolv.conf
fi
if [ ! -e /etc/resolv.conf ] && [ ! -L /etc/resolv.conf ] &&
  [ -L /etc/systemd/system/multi-user.target.wants/systemd-resolved.service ]; then
  ln -s ../run/systemd/resolve/stub-resolv.conf /etc/resolv.conf
fi

for home in /root /home/*; do
  if is_folder "$home"; then
    rm -f "$home"/.*_history "$home"/.lesshst "$home"/.viminfo "$home"/.wget-hsts
  fi
done
if is_folder /var/log; then
  clear /var/log/journal
  find /var/log -xdev -type f \( -name '*.gz' -o -name '*.xz' -o -name '*.old' -o -name '*.[0-9]' \) -exec rm -f {} +
  find /var/log -xdev -type f -size +0 -exec truncate -s 0 {} +
fi
clear /var/lib/systemd/coredump
clear /var/crash
if command -v apt-get > /dev/null; then
  apt-get clean || rm -f /var/cache/apt/archives/*.deb /var/cache/apt/*.bin
  clear /var/lib/apt/lists
fi
