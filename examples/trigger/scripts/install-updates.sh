#!/bin/sh
# Brings the packages up to date and keeps them so. A source without a package manager has nothing to bring up to date.
set -eu
command -v apt-get >/dev/null || { echo "no apt-get here"; exit 0; }
export DEBIAN_FRONTEND=noninteractive
apt-get update
apt-get --yes upgrade
apt-get --yes install --no-install-recommends unattended-upgrades
