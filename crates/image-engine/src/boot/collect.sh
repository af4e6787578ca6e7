#!/bin/sh -e
# Prints what starts a machine from this image: lines of a word and its value, and files as a line with name and size,
# followed by the content.

line() {
  printf '%s %s\n' "$1" "$(printf '%s' "$2" | tr -s '[:space:][:cntrl:]' ' ')"
}
content() {
  printf '%s %s\n' "$1" "$(stat -L -c %s "$2")"
  cat "$2"
}

ID=
IMAGE_ID=
PRETTY_NAME=
for file in /etc/os-release /usr/lib/os-release; do
  if [ -f "$file" ]; then
    . "$file"
    break
  fi
done
line title "$PRETTY_NAME"
line sort-key "${IMAGE_ID:-$ID}"
line token "$(cat /etc/kernel/entry-token)"
line options "$(cat /etc/kernel/cmdline)"
for link in /vmlinuz /boot/vmlinuz; do
  if [ -L "$link" ]; then
    target=$(readlink "$link")
    line link "${target##*/}"
    break
  fi
done
if [ -x /etc/kernel/postinst.d/zz-systemd-boot ]; then
  echo hooks there
fi

# As bootctl, which takes the signed one if it is there.
for loader in /usr/lib/systemd/boot/efi/systemd-bootx64.efi.signed /usr/lib/systemd/boot/efi/systemd-bootx64.efi; do
  if [ -f "$loader" ]; then
    content loader "$loader"
    break
  fi
done
for kernel in /boot/vmlinuz-*; do
  version=${kernel#/boot/vmlinuz-}
  case $version in
    '' | .* | *. | *[!A-Za-z0-9.+~_-]* | *.old | *.dpkg-*) continue ;;
  esac
  # The kernel's own names are no longer than that.
  [ "${#version}" -le 64 ] || continue
  [ -f "$kernel" ] || continue
  content "kernel $version" "$kernel"
  if [ -f "/boot/initrd.img-$version" ]; then
    content "initrd $version" "/boot/initrd.img-$version"
  fi
done
echo end
