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
    -g|--group|-p|--prompt|-C|-h|-r|-t|-T|-D) shift 2 ;;
    -V|--version) echo "sudo: pass-through of an image build"; exit 0 ;;
    -v|--validate|-K|--remove-timestamp) shift ;;
    -i|--login|-s|--shell) login=yes; shift ;;
    --*) shift ;;
    -?*)
      # Options without a value may be joined, as in -EH or -nu root.
      rest=${1#-}
      shift
      while [ -n "$rest" ]; do
        letter=${rest%"${rest#?}"}
        rest=${rest#?}
        case $letter in
          i|s) login=yes ;;
          u) if [ -n "$rest" ]; then user=$rest; rest=; else user=$1; shift; fi ;;
          E|H|n|k|S|A|b|P|B) ;;
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
    [ -n "$user" ] || exit 0
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
