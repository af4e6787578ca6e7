#!/bin/sh
# Completes the tree of a distribution. Runs beside the tree, whose folder is its argument, with programs of this machine.
set -eu
cd "$1"

# The archive that was really used: the newest date of its signed indexes.
for index in var/lib/apt/lists/*InRelease; do
    date=$(sed -n '/^Date: /{s///p;q}' "$index")
    echo "archive-date $(date --utc --date="$date" +%s)"
done

# Package sources stand where the distribution's own images have them.
mv etc/apt/sources.list.d/0000distribution.* "etc/apt/$IMAGE_SOURCES"

# Settings of mmdebstrap for itself alone.
rm -f etc/apt/apt.conf.d/99mmdebstrap etc/dpkg/dpkg.cfg.d/99mmdebstrap

# A name and keys that all machines would share; they are made at the first boot.
rm -f etc/hostname etc/ssh/ssh_host_*

if [ -d etc/cloud/cloud.cfg.d ]; then
    rm -f etc/cloud/cloud.cfg.d/90_dpkg.cfg
    cat > etc/cloud/cloud.cfg.d/90-image.cfg <<'CLOUD'
# Azure, or a disk with the label cidata for a machine elsewhere.
datasource_list: [ Azure, NoCloud, None ]
apt:
  preserve_sources_list: true
CLOUD
fi

if [ -d etc/netplan ]; then
    # For machines that cloud-init gives no network; what it writes is called eth0 or the like and comes first. Only interfaces of
    # virtual machines: the second function of an accelerated one on Azure must be left alone.
    for driver in hv_netvsc virtio_net e1000 e1000e; do
        printf '    zz-%s:\n      match: { driver: %s }\n      dhcp4: true\n      optional: true\n' "$driver" "$driver"
    done | { printf 'network:\n  version: 2\n  ethernets:\n'; cat; } > etc/netplan/90-default.yaml
    chmod 600 etc/netplan/90-default.yaml
fi

[ -s etc/default/locale ] && grep -q '^LANG=' etc/default/locale || echo LANG=C.UTF-8 > etc/default/locale

# Traces of this one installation, which differ between two of the same packages.
rm -f var/cache/ldconfig/aux-cache var/log/apt/* var/log/dpkg.log var/log/alternatives.log etc/.pwd.lock

# Nothing is younger than the archive.
find . -xdev \( -path ./proc -o -path ./dev \) -prune -o -newermt "@$SOURCE_DATE_EPOCH" \
    -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +
