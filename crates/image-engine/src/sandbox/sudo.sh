#!/bin/sh
# Steps run as root already; scripts for Image Builder are written with sudo all the same.
user=
login=
while [ $# -gt 0 ]; do
  case $1 in
    --) shift; break ;;
    -u|--user) user=$2; shift 2 ;;
    --user=*) user=${1#*=}; shift ;;
    -u?*) user=${1#-u}; shift ;;
    --group|--prompt|--close-from|--host|--role|--type|--command-timeout|--other-user|--chroot) shift 2 ;;
    --group=*|--prompt=*|--close-from=*|--host=*|--role=*|--type=*|--command-timeout=*|--other-user=*|--chroot=*) shift ;;
    --chdir) cd "$2" || exit 1; shift 2 ;;
    --chdir=*) cd "${1#*=}" || exit 1; shift ;;
    -V|--version) echo "sudo: pass-through of an image build"; exit 0 ;;
    -v|--validate|-K|--remove-timestamp) shift ;;
    -i|--login|-s|--shell) login=yes; shift ;;
    --askpass|--background|--bell|--non-interactive|--no-update|--preserve-env|--preserve-env=*) shift ;;
    --preserve-groups|--reset-timestamp|--set-home|--stdin) shift ;;
    --*) echo "sudo: unknown option $1" >&2; exit 1 ;;
    -?*)
      # Options may be joined, as in -EH or -nu root.
      rest=${1#-}
      shift
      while [ -n "$rest" ]; do
        letter=${rest%"${rest#?}"}
        rest=${rest#?}
        case $letter in
          i|s) login=yes ;;
          u) if [ -n "$rest" ]; then user=$rest; rest=; else user=$1; shift; fi ;;
          D) if [ -n "$rest" ]; then cd "$rest" || exit 1; rest=; else cd "$1" || exit 1; shift; fi ;;
          g|p|C|h|r|t|T|U|R) [ -n "$rest" ] || shift; rest= ;;
          E|H|n|k|N|S|A|b|P|B) ;;
          *) echo "sudo: unknown option -$letter" >&2; exit 1 ;;
        esac
      done ;;
    [A-Za-z_]*=*) export "$1"; shift ;;
    *) break ;;
  esac
done
while [ $# -gt 0 ]; do
  case $1 in
    [A-Za-z_]*=*) export "$1"; shift ;;
    *) break ;;
  esac
done
case $user in
  ''|root|'#0')
    if [ $# -gt 0 ]; then exec "$@"; fi
    if [ -n "$login" ]; then exec "${SHELL:-/bin/sh}"; fi
    exit 0 ;;
esac
# su takes one string for a shell: every word is quoted for it.
line=
for word do
  quoted=$(printf '%sX' "$word" | sed "s/'/'\\\\''/g")
  line="$line '${quoted%X}'"
done
if [ -z "$line" ]; then exec su -s /bin/sh "$user"; fi
exec su -s /bin/sh "$user" -c "exec$line"
