#!/usr/bin/env bash
# How fast Pitchlake traps and forwards, and at what cost, against Debian's Pen in the same run.
#
#   sudo deploy/bench.sh [tarpit|latency|forward|bulk|all|endurance|sync] [--seconds N] [--repeats N]
#                        [--out DIR] [--only NAMES] [--yardstick DIR] [--minutes N]
#
#   tarpit       answers/s and CPU per answer under a flood of SYNs, loss and CPU at 100 k/s and
#                200 k/s; the same with access lists of 10 and 10,000 entries
#   latency      from SYN to SYN-ACK at 10 k/s: p50, p99, p99.9
#   forward      frames/s to a balanced address and on to its target (DSR) and CPU per frame, with data
#                of 65,536 flows, of 1,048,576, and SYNs of ever new ones; loss and CPU as above
#   bulk         upload to a balanced address by one TCP connection, beside the same without a node
#   all          these four (default)
#   endurance    the tarpit under a flood for minutes: answers/s in the first and the last, memory and
#                collections; for 'xdp', or whom --only names
#   sync         replication between two nodes on a veth, encrypted: entries/s, lag p50, p99, p99.9 and CPU at
#                100 k/s, 1 M/s and as fast as it goes, over TCP and UDP; a snapshot of a million entries
#                beside 100 k changes/s, and the engine's longest turn meanwhile
#   --seconds    length of each measurement, 1 to 60 (default 5)
#   --repeats    how often everyone runs, in alternation, 1 to 20 (default 3; endurance: 1)
#   --minutes    length of endurance, 1 to 15 (default 10)
#   --out        where bench.json, bench.svg (sync: sync.json, sync.svg) and the logs go (default target/bench)
#   --only       some of the contestants, such as 'pen,ring,xdp busy'
#   --yardstick  a folder with refl.c, a C program of your own that does the least one can do; it takes
#                part as 'c ring' and 'c xdp'. It is called as 'refl IF MODE CORE SECONDS', where MODE
#                v2mm reads a packet ring (TPACKET_V2) and writes by sendmmsg, and xdp uses AF_XDP. It pins
#                itself to CORE, ends after SECONDS or at SIGTERM, and answers SYNs to 10.200.0.0/16; with
#                L2=1 in its environment it sends each frame on to 02:00:00:00:00:bb instead. No ARP.
#
# Makes network namespaces of its own: two joined by a veth for frames from its generator, and for bulk
# three machines on a bridge. Takes them down at the end, also after Ctrl-C. Floods stay within them and
# are bounded in frames and time. The generator has core 1, the engine core 0: let nothing else run
# meanwhile.
set -euo pipefail
. "$(dirname "$(readlink -f "$0")")/prepare.sh"
PATH=$PATH:/usr/sbin:/sbin

NAME=pitchlake-bench-$$
GENERATOR=$NAME-gen
ENGINE=$NAME-eng
LAN=$NAME-lan
ENGINE_MAC=02:00:00:00:00:ee
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
  remove "$GENERATOR" "$ENGINE" "$LAN" "$NAME"-{client,node,backend,a,b}
}

# What a bench left behind that was killed without mercy.
remove_stale() {
  local path owner
  for path in /run/netns/pitchlake-bench-*; do
    owner=${path#*pitchlake-bench-}
    [ ! -e "$path" ] || kill -0 "${owner%-*}" 2>/dev/null || remove "${path##*/}"
  done
}

# make_namespace NAME
make_namespace() {
  ip netns add "$1"
  ip netns exec "$1" sysctl -qw net.ipv4.ip_forward=0 net.ipv6.conf.all.disable_ipv6=1 \
    net.ipv6.conf.default.disable_ipv6=1
  ip -n "$1" link set lo up
}

# The generator and the engine.
lay_wire() {
  make_namespace "$GENERATOR"
  make_namespace "$ENGINE"
  ip link add gen0 netns "$GENERATOR" type veth peer name eng0 address "$ENGINE_MAC" netns "$ENGINE"
  # No kernel address and no kernel ARP on either side: whoever answers is the contestant.
  ip -n "$GENERATOR" link set gen0 arp off up
  ip -n "$ENGINE" link set eng0 arp off up
}

# Two nodes' sync link; SyncBench.java has the same addresses.
lay_sync() {
  local node number=1
  make_namespace "$NAME-a"
  make_namespace "$NAME-b"
  ip link add sync netns "$NAME-a" type veth peer name sync netns "$NAME-b"
  for node in a b; do
    ip -n "$NAME-$node" addr add "10.201.0.$number/24" dev sync
    ip -n "$NAME-$node" link set sync up
    ip -n "$NAME-$node" route add 224.0.0.0/4 dev sync
    number=$((number + 1))
  done
}

# Kernels at both ends, and the node between them; Segment.java has the same addresses.
lay_bridge() {
  local machine
  make_namespace "$LAN"
  ip -n "$LAN" link add bridge type bridge stp_state 0 forward_delay 0
  ip -n "$LAN" link set bridge up
  for machine in client node backend; do
    make_namespace "$NAME-$machine"
    ip -n "$LAN" link add "$machine" type veth peer name eth0 netns "$NAME-$machine"
    ip -n "$LAN" link set "$machine" master bridge up
    ip -n "$NAME-$machine" link set eth0 up
  done
  ip -n "$NAME-client" addr add 10.200.0.66/24 dev eth0
  ip -n "$NAME-backend" addr add 10.200.0.2/24 dev eth0
  ip -n "$NAME-backend" addr add 10.200.0.10/32 dev lo
  ip netns exec "$NAME-backend" sysctl -qw net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2
}

# Prints where the program is that was compiled from folder $1.
compile_yardstick() {
  install_missing gcc=gcc >&2
  [ -e /usr/include/linux/if_xdp.h ] || apt_install libc6-dev >&2
  gcc -O2 -w -o "$out/refl" "$1/refl.c" || fail 65 "--yardstick $1: gcc cannot compile refl.c; its words are above"
  printf '%s\n' "$out/refl"
}

what=all seconds=5 repeats= minutes=10 out=$ROOT/target/bench only= yardstick=
while [ $# -gt 0 ]; do
  case $1 in
    tarpit | latency | forward | bulk | all | endurance | sync) what=$1 ;;
    --seconds | --repeats | --minutes | --out | --only | --yardstick)
      [ $# -ge 2 ] || fail 64 "$1 wants a value"
      declare "${1#--}=$2"
      shift
      ;;
    -h | --help | help) usage && exit 0 ;;
    *) usage >&2 && exit 64 ;;
  esac
  shift
done
if [ "$what" = endurance ]; then
  only=${only:-xdp} repeats=${repeats:-1}
fi
repeats=${repeats:-3}
number --seconds "$seconds" 60
number --repeats "$repeats" 20
number --minutes "$minutes" 15
[ -z "$yardstick" ] || [ -r "$yardstick/refl.c" ] \
  || fail 66 "--yardstick $yardstick: there is no refl.c in it; --help says what it has to do"
[ "$(id -u)" = 0 ] || fail 77 "network namespaces need root; run: sudo deploy/bench.sh $what"
[ "$(uname -s)" = Linux ] || fail 69 "the bench needs Linux."
[ "$(nproc)" -ge 2 ] || fail 69 "the bench needs two cores, one for the generator and one for the engine."

install_missing ip=iproute2 ethtool=ethtool sysctl=procps taskset=util-linux libpcap.so=libpcap0.8 pen=pen iperf3=iperf3
need_jdk_and_maven
build_if_needed
classes=$ROOT/it-tests/target/bench
say "Compiling the harness"
mkdir -p "$classes" "$out"
"$JAVA_HOME/bin/javac" -d "$classes" "$ROOT"/it-tests/src/test/java/io/pitchlake/it/bench/rate/*.java
out=$(readlink -f "$out")
program=$ROOT/node/target/pitchlake
[ "$what" != sync ] || "$JAVA_HOME/bin/javac" -cp "$program/pitchlake.jar:$program/lib/*" -d "$classes" \
  "$ROOT"/it-tests/src/test/java/io/pitchlake/it/bench/sync/*.java
[ -z "$yardstick" ] || yardstick=$(compile_yardstick "$yardstick")

trap take_down EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
remove_stale
if [ "$what" = sync ]; then
  lay_sync
else
  lay_wire
  lay_bridge
fi
load=$(cut -d' ' -f1 /proc/loadavg)
! awk -v load="$load" 'BEGIN { exit !(load > 0.5) }' \
  || say "This machine is busy (load $load): figures will be worse and scatter"
if [ "$what" = endurance ]; then
  say "Flooding $only for $minutes minutes"
else
  say "Measuring $what: $repeats runs of $seconds s for each figure"
fi
if [ "$what" = sync ]; then
  "$JAVA_HOME/bin/java" -cp "$classes" io.pitchlake.it.bench.sync.SyncBench \
    "$NAME-a" "$NAME-b" "$program/pitchlake.jar:$classes" "$program/pitchlake.aot" "$seconds" "$repeats" "$out" &
  harness=$!
  wait "$harness"
  give_back_to_owner
  say "Written: $out/sync.json and sync.svg"
  exit 0
fi
ip netns exec "$GENERATOR" taskset -c "$GENERATOR_CORE" "$JAVA_HOME/bin/java" \
  --enable-native-access=ALL-UNNAMED -XX:+UseSerialGC -Xms64m -Xmx64m \
  -cp "$classes" io.pitchlake.it.bench.rate.Bench \
  what="$what" seconds="$seconds" repeats="$repeats" minutes="$minutes" out="$out" only="$only" \
  yardstick="$yardstick" launcher="$ROOT/deploy/pitchlake" lab="$NAME" engine-mac="$ENGINE_MAC" \
  engine-core="$ENGINE_CORE" generator-core="$GENERATOR_CORE" &
harness=$!
wait "$harness"
give_back_to_owner
[ "$out" = "$ROOT/target/bench" ] || chown -R --reference="$(dirname "$out")" "$out"
say "Written: $out/bench.json and bench.svg"
