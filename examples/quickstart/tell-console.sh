#!/bin/sh
# Puts a unit into the image that tells the console, once nginx has started, what the machine is.
set -eu
cat >/etc/systemd/system/tell-console.service <<'UNIT'
[Unit]
Description=Tell the console that the web server is up
After=nginx.service

[Service]
Type=oneshot
ExecStart=/bin/sh -c 'echo "golden image: nginx is $(systemctl is-active nginx), kernel $(uname -r)" >/dev/console'

[Install]
WantedBy=multi-user.target
UNIT
systemctl enable tell-console.service
