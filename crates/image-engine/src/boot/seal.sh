#!/bin/sh -e
# Writes what ties the image to its disk. $1: UUID of the root file system, $2: of the EFI system partition.
# What others wrote into these files stays, but for what the disk decides.

# Replaces a file, and a symbolic link by a file: what a link leads to is left alone.
put() {
  if [ -d "$1" ] && [ ! -L "$1" ]; then
    echo "$1 is a folder; a file must be there" >&2
    exit 1
  fi
  rm -f "$1"
  cat > "$1"
  chmod 0644 "$1"
}

for folder in /etc/kernel /boot/efi; do
  if [ ! -d "$folder" ] && ! mkdir -p "$folder"; then
    echo "$folder cannot be made; it, or a folder above it, is a link that leads nowhere, or a file" >&2
    exit 1
  fi
done

fstab() {
  echo "UUID=$1 / ext4 rw,discard,errors=remount-ro 0 1"
  echo "UUID=$2 /boot/efi vfat umask=0077 0 2"
  [ -f /etc/fstab ] || return 0
  while IFS= read -r line || [ -n "$line" ]; do
    set -f
    # shellcheck disable=SC2086
    set -- $line
    case "$1:$2" in
      '#:UNCONFIGURED' | *:/ | *:/boot/efi | *:/efi) continue ;;
    esac
    printf '%s\n' "$line"
  done < /etc/fstab
}
table=$(fstab "$1" "$2")
printf '%s\n' "$table" | put /etc/fstab

# The consoles are those of Azure: a screen, and the serial port that its portal shows.
options=$(cat /etc/kernel/cmdline 2> /dev/null || echo 'console=tty0 console=ttyS0,115200 earlyprintk=ttyS0,115200 consoleblank=0')
access=ro
kept=
set -f
for option in $options; do
  case $option in
    root=* | BOOT_IMAGE=* | initrd=*) ;;
    ro | rw) access=$option ;;
    *) kept="$kept $option" ;;
  esac
done
set +f
echo "root=UUID=$1 $access$kept" | put /etc/kernel/cmdline

# By the name of the distribution, which kernel-install also tries: the machine's id, its first choice, is not known yet.
ID=
for file in /etc/os-release /usr/lib/os-release; do
  if [ -f "$file" ]; then
    . "$file"
    break
  fi
done
token=$(head -n 1 /etc/kernel/entry-token 2> /dev/null || :)
[ "${#token}" -le 64 ] || token=
for candidate in "$token" "$ID" linux; do
  case $candidate in
    '' | .* | *. | *[!A-Za-z0-9._-]* | [Ee][Ff][Ii] | [Ll][Oo][Aa][Dd][Ee][Rr]) ;;
    *) break ;;
  esac
done
echo "$candidate" | put /etc/kernel/entry-token

settings=$(grep -v -e '^layout=' -e '^BOOT_ROOT=' /etc/kernel/install.conf 2> /dev/null || :)
printf '%s\n' layout=bls BOOT_ROOT=/boot/efi ${settings:+"$settings"} | put /etc/kernel/install.conf
