#!/bin/sh
# Puts a unit into the image that tells the console of each start what the machine is.
set -eu
cat >/etc/systemd/system/tell-console.service <<'UNIT'
[Unit]
Description=Tell the console what this machine is

[Service]
Type=oneshot
ExecStart=/bin/sh -c 'echo "golden image: kernel $(uname -r), $(nginx -v 2>&1)" >/dev/console'

[Install]
WantedBy=multi-user.target
UNIT
systemctl enable tell-console.service
