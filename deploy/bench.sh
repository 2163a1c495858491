#!/usr/bin/env bash
# How many connections a second Pitchlake traps, and at what cost, against Debian's Pen in the same run.
#
#   sudo deploy/bench.sh [tarpit|latency|all] [--seconds N] [--repeats N] [--out DIR] [--only NAMES]
#
#   tarpit     answers/s and CPU per answer under a flood, loss and CPU at 100 k/s and 200 k/s
#   latency    from SYN to SYN-ACK at 10 k/s: p50, p99, p99.9
#   all        both (default)
#   --seconds  length of each measurement, 1 to 60 (default 5)
#   --repeats  how often everyone runs, in alternation, 1 to 20 (default 3)
#   --out      where bench.json, bench.svg and the logs go (default target/bench)
#   --only     some of the contestants, such as 'pen,ring,xdp busy'
#
# Makes two network namespaces joined by a veth, and takes them down at the end, also after Ctrl-C. Floods
# stay within them and are bounded in frames and time. The generator has core 1, the engine core 0:
# let nothing else run meanwhile.
set -euo pipefail
. "$(dirname "$(readlink -f "$0")")/prepare.sh"
PATH=$PATH:/usr/sbin:/sbin

NAME=pitchlake-bench-$$
GENERATOR=$NAME-gen
ENGINE=$NAME-eng
ENGINE_CORE=0
GENERATOR_CORE=1

usage() { sed -n '2,/^set/s/^# \{0,1\}//p' "$ROOT/deploy/bench.sh"; }

# number NAME VALUE MOST
number() {
  [[ $2 =~ ^[1-9][0-9]*$ ]] && [ "$2" -le "$3" ] || fail 64 "$1 $2: write a whole number from 1 to $3"
}

# remove NAMESPACE..., with what still runs in them
remove() {
  local name pid
  for name in "$@"; do
    [ -e "/run/netns/$name" ] || continue
    for pid in $(ip netns pids "$name"); do kill -KILL "$pid" 2>/dev/null || true; done
    ip netns del "$name"
  done
}

take_down() {
  trap - EXIT
  remove "$GENERATOR" "$ENGINE"
}

# What a bench left behind that was killed without mercy.
remove_stale() {
  local path owner
  for path in /run/netns/pitchlake-bench-*; do
    owner=${path#*pitchlake-bench-}
    [ ! -e "$path" ] || kill -0 "${owner%-*}" 2>/dev/null || remove "${path##*/}"
  done
}

lay() {
  local name
  for name in "$GENERATOR" "$ENGINE"; do
    ip netns add "$name"
    ip netns exec "$name" sysctl -qw net.ipv4.ip_forward=0 net.ipv6.conf.all.disable_ipv6=1 \
      net.ipv6.conf.default.disable_ipv6=1
    ip -n "$name" link set lo up
  done
  ip link add gen0 netns "$GENERATOR" type veth peer name eng0 netns "$ENGINE"
  # No kernel address and no kernel ARP on either side: whoever answers is the contestant.
  ip -n "$GENERATOR" link set gen0 arp off up
  ip -n "$ENGINE" link set eng0 arp off up
}

what=all seconds=5 repeats=3 out=$ROOT/target/bench only=
while [ $# -gt 0 ]; do
  case $1 in
    tarpit | latency | all) what=$1 ;;
    --seconds | --repeats | --out | --only)
      [ $# -ge 2 ] || fail 64 "$1 wants a value"
      declare "${1#--}=$2"
      shift
      ;;
    -h | --help | help) usage && exit 0 ;;
    *) usage >&2 && exit 64 ;;
  esac
  shift
done
number --seconds "$seconds" 60
number --repeats "$repeats" 20
[ "$(id -u)" = 0 ] || fail 77 "network namespaces need root; run: sudo deploy/bench.sh $what"
[ "$(uname -s)" = Linux ] || fail 69 "the bench needs Linux."
[ "$(nproc)" -ge 2 ] || fail 69 "the bench needs two cores, one for the generator and one for the engine."

install_missing ip=iproute2 ethtool=ethtool sysctl=procps taskset=util-linux libpcap.so=libpcap0.8 pen=pen
need_jdk_and_maven
build_if_needed
classes=$ROOT/it-tests/target/bench
say "Compiling the harness"
mkdir -p "$classes" "$out"
"$JAVA_HOME/bin/javac" -d "$classes" "$ROOT"/it-tests/src/test/java/io/pitchlake/it/bench/rate/*.java
out=$(readlink -f "$out")

trap take_down EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
remove_stale
lay
load=$(cut -d' ' -f1 /proc/loadavg)
! awk -v load="$load" 'BEGIN { exit !(load > 0.5) }' \
  || say "This machine is busy (load $load): figures will be worse and scatter"
say "Measuring $what: $repeats runs of $seconds s for each figure"
ip netns exec "$GENERATOR" taskset -c "$GENERATOR_CORE" "$JAVA_HOME/bin/java" \
  --enable-native-access=ALL-UNNAMED -XX:+UseSerialGC -Xms64m -Xmx64m \
  -cp "$classes" io.pitchlake.it.bench.rate.Bench \
  "$what" "$seconds" "$repeats" "$out" gen0 "$ENGINE" eng0 "$ENGINE_CORE" "$ROOT/deploy/pitchlake" "$only" &
harness=$!
wait "$harness"
give_back_to_owner
[ "$out" = "$ROOT/target/bench" ] || chown -R --reference="$(dirname "$out")" "$out"
say "Written: $out/bench.json and bench.svg"
