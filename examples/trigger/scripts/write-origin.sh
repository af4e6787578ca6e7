#!/bin/sh
# Leaves a note in the image of where it comes from, which a person at a prompt will want to know.
set -eu
echo "Built from a golden image template. Changes belong into the template." >/etc/image-origin
chmod 0644 /etc/image-origin
