#!/usr/bin/env bash
# Lays out beforehand what a start loads, so that the next ones wait for a quarter less.
#
#   deploy/learn.sh PITCHLAKE CACHE    the launcher, and the file to write
#   deploy/learn.sh                    the clone's own, where a jar is newer or there is none; only root's
#
# A node starts on a wire of its own, in a network namespace of its own, and ends. The launcher takes the file where it
# lies beside pitchlake.jar.
set -euo pipefail
. "$(dirname "$(readlink -f "$0")")/prepare.sh"
PATH=$PATH:/usr/sbin:/sbin

if [ $# = 0 ]; then
  # Without root no lab follows, and not every kernel lets others have namespaces.
  [ "$(id -u)" = 0 ] || exit 0
  program=$ROOT/deploy/pitchlake cache=$(dirname "$APP")/pitchlake.aot
  [ ! -e "$cache" ] || [ -n "$(find "$(dirname "$APP")" -name '*.jar' -newer "$cache")" ] || exit 0
elif [ $# = 2 ]; then
  program=$(readlink -f "$1") cache=$2
else
  sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2
  exit 64
fi

# learn FOLDER: in a network namespace; prints what failed.
learn() {
  local conf=$1/learn.conf log=$1/learn.log node
  ip link add eth0 type veth peer name eth1
  ip link set eth0 up
  ip link set eth1 up
  printf '%s\n' 'interface 1 { name eth0 access ring }' \
    'network 1 { addr 192.0.2.0 mask 24 real 192.0.2.4 tarpit enable interface 1 }' \
    'register networks 1 enable networks 1' >"$conf"
  PITCHLAKE_JAVA_OPTS="-XX:AOTCacheOutput=$1/cache" "$program" run -c "$conf" >"$log" 2>&1 &
  node=$!
  until grep -q 'ready:' "$log"; do
    kill -0 "$node" 2>/dev/null || { cat "$log" && return 1; }
    sleep 0.1
  done
  kill "$node"
  wait "$node" && [ -s "$1/cache" ] || { cat "$log" && return 1; }
}

say "Laying out what a start loads"
# An older one would be in the way of what is to be learnt.
rm -f "$cache"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
namespace=(unshare --net)
[ "$(id -u)" = 0 ] || namespace+=(--user --map-root-user)
export -f learn
export program
"${namespace[@]}" bash -euc 'learn "$1"' learn "$folder" >&2 \
  || fail 70 "a node does not start in a network namespace of its own; its words are above."
chmod 644 "$folder/cache"
mv "$folder/cache" "$cache"
