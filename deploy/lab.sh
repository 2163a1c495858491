#!/usr/bin/env bash
# A small office in network namespaces, with a pair of Pitchlake nodes on its wire. Nothing outside is touched.
#
#   deploy/lab.sh up                 install what is missing, build, lay the segment, start both nodes
#   deploy/lab.sh status             what is there, and whether the nodes are ready
#   deploy/lab.sh exec HOST CMD...   run a command in a host: scanner host-a host-b
#                                    backend-1 backend-2 gateway node-a node-b lan
#   deploy/lab.sh logs [-f] [NODE]   the log of node-a, or of node-b
#   deploy/lab.sh drill NAME ...     break something and measure what a client notices; NAME is
#                                    crash, hang, link, silent, one-way, switchover, partition,
#                                    sync-loss, reboot, several with commas, all, or calm (noise alone)
#        --runs N                    how often each (3)
#        --advert 10ms               restart the pair with other adverts (100ms)
#        --peer keepalived           the same with Debian's keepalived on the same segment, in turn
#        --json FILE, --svg FILE     the figures, and a timeline to look at
#        --minutes N, --load N, --loss PERCENT    calm's: how long, beside how many busy loops, with
#                                    how many of node A's frames lost
#   deploy/lab.sh attack NAME ...    attack the pair and print what was answered and what was shed, memory
#                                    before and after, and how long a takeover takes meanwhile; NAME is
#                                    syn-flood, arp-storm, arp-spoof, vrrp-forged, vrrp-higher, fragments,
#                                    jumbo, super-frames, neighbor-sweep, sync-garbage, slow-http,
#                                    several with commas, or all
#        --seconds N                 how long each (3)
#        --takeovers no              leave the takeovers out
#        --json FILE                 the figures
#   deploy/lab.sh soak               an hour of mixed traffic with a drill every five minutes; says what grew
#        --minutes N, --every N      how long, and how often a drill
#        --json FILE                 the figures
#   deploy/lab.sh down               stop everything and leave nothing behind
#
# PITCHLAKE_BUILT=yes says that the program is built already.
# PITCHLAKE_LAB names the lab (default pl), so that several stand side by side.
# PITCHLAKE_CONF is the configuration of node A alone, such as deploy/lab/alone.conf: there is no node B then.
set -euo pipefail
. "$(dirname "$(readlink -f "$0")")/prepare.sh"

LAB=${PITCHLAKE_LAB:-pl}
STATE=/run/pitchlake-lab
[ "$LAB" = pl ] || STATE=/run/pitchlake-lab-$LAB
ALONE=${PITCHLAKE_CONF:+$(readlink -f "$PITCHLAKE_CONF")}
READY_SECONDS=60

# name, last part of its IPv4 and IPv6 address; a node has none, for Pitchlake brings its own.
HOSTS=(scanner:66 host-a:20 host-b:21 backend-1:30 backend-2:31 gateway:1 node-a: node-b:)
NODES=(node-a node-b)
LIVING=(host-a host-b backend-1 backend-2)
BALANCED=10 # the server's address, which the backends hold without answering for it

# What drills add: a probe at the switch itself, and keepalived beside the pair.
PROBE=99
KEEPALIVED=(keep-a:8:254 keep-b:9:253)
KEPT=7 # keepalived's virtual address

usage() { sed -n '2,/^set/s/^# \{0,1\}//p' "$ROOT/deploy/lab.sh"; }

in_host() {
  local host=$1
  shift
  ip netns exec "$LAB-$host" "$@"
}

# The names of this lab's namespaces that exist.
namespaces() {
  local name
  for name in lan "${HOSTS[@]%%:*}" "${KEEPALIVED[@]%%:*}"; do
    [ ! -e "/run/netns/$LAB-$name" ] || echo "$LAB-$name"
  done
}

complete() {
  local host
  for host in "${LIVING[@]}"; do
    [ -n "$(ip netns pids "$LAB-$host" 2>/dev/null)" ] || return 1
  done
  for host in lan "${HOSTS[@]%%:*}"; do
    [ -e "/run/netns/$LAB-$host" ] || return 1
  done
  [ -e "$STATE/laid" ]
}

# node_pid NODE
node_pid() {
  local pid
  pid=$(cat "$STATE/$1.pid" 2>/dev/null) && kill -0 "$pid" 2>/dev/null && echo "$pid"
}

# node_ready NODE
node_ready() { node_pid "$1" >/dev/null && grep -q 'ready:' "$STATE/$1.log" 2>/dev/null; }

# role NODE: what its election for IPv4 has come to.
role() { grep -o 'IPv4) [A-Z]* -> [A-Z]*' "$STATE/$1.log" 2>/dev/null | tail -n 1 | sed 's/.* //'; }

quiet_namespace() {
  ip netns add "$1"
  # Docker leaves forwarding on in new namespaces, and hosts that forward spoil the picture.
  ip netns exec "$1" sysctl -qw net.ipv4.ip_forward=0 net.ipv6.conf.all.forwarding=0 \
    net.ipv6.conf.default.accept_ra=0
  ip -n "$1" link set lo up
}

# A machine on the segment. plug HOST; link_up HOST
plug() {
  quiet_namespace "$LAB-$1"
  ip -n "$LAB-lan" link add "$1" type veth peer name eth0 netns "$LAB-$1"
  ip -n "$LAB-lan" link set "$1" master bridge up
}

# switch NAME: a bridge without spanning tree, which would block a new port for seconds.
switch() {
  ip -n "$LAB-lan" link add "$1" type bridge stp_state 0 forward_delay 0
  ip -n "$LAB-lan" link set "$1" up
}

lay_segment() {
  local entry host number
  say "Laying the segment $LAB-*"
  mkdir -p "$STATE"
  (umask 077 && head -c 32 /dev/urandom >"$STATE/cluster.key")
  quiet_namespace "$LAB-lan"
  switch bridge
  switch sync
  for entry in "${HOSTS[@]}"; do
    host=${entry%%:*} number=${entry#*:}
    plug "$host"
    if [ -z "$number" ]; then
      lay_node "$host"
      continue
    fi
    ip -n "$LAB-$host" link set eth0 up
    ip -n "$LAB-$host" addr add "192.168.2.$number/24" dev eth0
    # Known to be free, so usable at once; addresses you add yourself are checked as always.
    ip -n "$LAB-$host" addr add "2001:db8:1::$number/64" dev eth0 nodad
    ip -n "$LAB-$host" route add 224.0.0.0/4 dev eth0
    case $host in
      backend-*)
        # Theirs to answer from, not to answer for: ARP is asked on eth0, the address is on lo.
        in_host "$host" sysctl -qw net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2
        ip -n "$LAB-$host" addr add "192.168.2.$BALANCED/32" dev lo
        ip -n "$LAB-$host" addr add "2001:db8:1::$BALANCED/128" dev lo nodad
        ;;
    esac
  done
  for host in "${LIVING[@]}"; do
    in_host "$host" setsid python3 "$ROOT/deploy/lab/living-host.py" "$host" \
      </dev/null >"$STATE/$host.log" 2>&1 9<&- &
  done
  touch "$STATE/laid"
}

# On the segment a node's kernel has no address at all, so whatever answers there is Pitchlake. On the link
# between the nodes, which is a switch of its own, it has one.
lay_node() {
  local letter=${1#node-} number=1
  [ "$letter" = a ] || number=2
  in_host "$1" sysctl -qw net.ipv6.conf.eth0.disable_ipv6=1 net.ipv4.conf.all.arp_ignore=1
  ip -n "$LAB-$1" link set eth0 up
  ip -n "$LAB-lan" link add "sync-$letter" type veth peer name sync netns "$LAB-$1"
  ip -n "$LAB-lan" link set "sync-$letter" master sync up
  ip -n "$LAB-$1" link set sync up
  ip -n "$LAB-$1" addr add "10.0.0.$number/24" dev sync
}

# stop_nodes NODE...
stop_nodes() {
  local node pid waited
  for node in "$@"; do
    pid=$(node_pid "$node") || continue
    kill "$pid" 2>/dev/null || true
    kill -CONT "$pid" 2>/dev/null || true # a drill may have left it stopped
  done
  for node in "$@"; do
    for ((waited = 0; waited < 50; waited++)); do
      pid=$(node_pid "$node") || continue 2
      sleep 0.1
    done
    kill -KILL "$pid" 2>/dev/null || true
  done
}

# The nodes that this lab runs: both, or node-a by the configuration of its own.
wanted_nodes() {
  if [ -n "$ALONE" ]; then echo node-a; else printf '%s\n' "${NODES[@]}"; fi
}

# configuration NODE ADVERT: what it is to run, with this lab's folder and adverts.
configuration() {
  if [ -n "$ALONE" ]; then
    cat "$ALONE"
  else
    sed -e "s|/run/pitchlake-lab/|$STATE/|" -e "s|^\(vrrp .*advert \)100ms|\1$2|" "$ROOT/deploy/lab/$1.conf"
  fi
}

# runs_as_wanted ADVERT: every node that is wanted runs, of this build and by this configuration.
runs_as_wanted() {
  local node wanted
  wanted=$(wanted_nodes)
  [ -z "$ALONE" ] || ! node_pid node-b >/dev/null || return 1
  for node in $wanted; do
    node_ready "$node" && [ "$STATE/$node.pid" -nt "$APP" ] \
      && [ "$(configuration "$node" "$1")" = "$(cat "$STATE/$node.conf" 2>/dev/null)" ] || return 1
  done
}

# launch NODE: by the configuration that lies in the lab's folder.
launch() {
  rm -f "$STATE/$1.pid"
  : >"$STATE/$1.log"
  # Not through in_host: the pid must be Pitchlake's own, which is to end in order and say its last words.
  ip netns exec "$LAB-$1" setsid "$ROOT/deploy/pitchlake" run -c "$STATE/$1.conf" \
    </dev/null >>"$STATE/$1.log" 2>&1 9<&- &
  echo "$!" >"$STATE/$1.pid"
  disown # who kills it says so himself
}

# one_speaks NODE...: whether one of them is active, or they elect nobody.
one_speaks() {
  local node roles=
  for node in "$@"; do
    roles+=" $(role "$node")"
  done
  [[ -z ${roles// /} || $roles == *ACTIVE* ]]
}

# Of a pair the node that was ready first is active until the other one has caught up with it, which may want the
# place: SETTLE_SECONDS are left for that, unless node-a, which has the higher priority, is the active one already.
SETTLE_SECONDS=10

# start_nodes ADVERT: both at once, until they are ready and one of them speaks, for good if it can be told.
start_nodes() {
  local node waited wanted left spoken=0
  wanted=$(wanted_nodes)
  say "Starting Pitchlake in $(paste -sd' ' <<<"$wanted" | sed 's/ / and /') with ${ALONE:-deploy/lab}"
  for node in $wanted; do
    configuration "$node" "$1" >"$STATE/$node.conf"
    launch "$node"
  done
  for ((waited = 0; waited < READY_SECONDS * 10; waited++)); do
    left=0
    for node in $wanted; do
      node_pid "$node" >/dev/null || break 2
      node_ready "$node" || left=1
    done
    if [ "$left" = 0 ] && one_speaks $wanted; then
      [ -z "$ALONE" ] && [ "$(role node-b)" != BACKUP ] && [ $((spoken += 1)) -lt $((SETTLE_SECONDS * 10)) ] || return 0
    fi
    sleep 0.1
  done
  for node in $wanted; do
    node_ready "$node" || tail -n 20 "$STATE/$node.log" >&2
  done
  fail 70 "Pitchlake did not become ready; its last words are above. The segment is still there: deploy/lab.sh down removes it."
}

take_down() {
  local name pid waited
  stop_nodes "${NODES[@]}"
  for name in $(namespaces); do
    for pid in $(ip netns pids "$name" 2>/dev/null); do kill "$pid" 2>/dev/null || true; done
  done
  for name in $(namespaces); do
    for ((waited = 0; waited < 20; waited++)); do
      [ -n "$(ip netns pids "$name" 2>/dev/null)" ] || break
      sleep 0.1
    done
    for pid in $(ip netns pids "$name" 2>/dev/null); do kill -KILL "$pid" 2>/dev/null || true; done
    ip netns del "$name"
  done
  rm -rf "$STATE"
}

print_next() {
  local me=deploy/lab.sh
  [ "$LAB" = pl ] || me="PITCHLAKE_LAB=$LAB $me"
  [ -z "${SUDO_USER:-}" ] || me="sudo $me"
  cat <<TRY

${BOLD}The lab is up.${PLAIN} Living machines: .1 gateway, .20 host-a, .21 host-b, .66 scanner;
.30 backend-1 and .31 backend-2 share .10; all else is a trap.
Try:
  $me exec scanner ping -c 3 192.168.2.77                          # nobody is there, and answers
  $me exec scanner nmap -n -sn 192.168.2.0/24                      # a full office
  $me exec scanner nmap -n -Pn -sS -p 22,80,443 192.168.2.77 192.168.2.20
  $me exec scanner curl -sS --max-time 5 http://192.168.2.20/      # a living host keeps its own voice
  $me exec scanner curl -sS --max-time 5 http://192.168.2.10/      # a backend answers, and sees the client itself
  $me exec scanner curl -sS --max-time 5 http://192.168.2.77/      # connects, then hangs
  $me exec scanner ndisc6 2001:db8:1::77 eth0
  $me exec host-b arping -D -c 2 -I eth0 192.168.2.77              # who wants the address may have it
  $me exec scanner tcpdump -ni eth0 arp
  $me logs -f
  $me drill crash                                                  # kill -9 for the active node: what do clients notice?
  $me down
TRY
}

# ask WORDS...: what the scanner's curl says, and how long that took.
ask() { in_host scanner curl -sS --max-time 3 "$@" 2>&1 || true; }

# Pen's own acceptance test: a backend sees the client's own address, and a trapped address hangs.
show_what_it_does() {
  local waited answer
  printf '\n%s$ curl http://192.168.2.%s/%s                                # balanced\n' \
    "$BOLD" "$BALANCED" "$PLAIN"
  for ((waited = 0; waited < READY_SECONDS; waited++)); do
    answer=$(ask "http://192.168.2.$BALANCED/")
    [[ $answer != *"You are 192.168.2.66"* ]] || break
    sleep 0.5
  done
  echo "$answer"
  [[ $answer == *"You are 192.168.2.66"* ]] \
    || fail 70 "no backend has answered 192.168.2.66 through .$BALANCED; deploy/lab.sh logs may say why."
  printf '%s$ curl --max-time 3 http://192.168.2.77/%s                # nobody lives there: it connects, and hangs\n' \
    "$BOLD" "$PLAIN"
  for ((waited = 0; waited < READY_SECONDS; waited += 3)); do
    answer=$(ask -v "http://192.168.2.77/" | grep -E '^\* +(Connected to|Operation timed out)' || true)
    [[ $answer != *"Connected to 192.168.2.77"*"timed out"* ]] || break
  done
  echo "$answer"
  [[ $answer == *"Connected to 192.168.2.77"*"timed out"* ]] \
    || fail 70 "192.168.2.77 did not connect and hang; deploy/lab.sh logs may say why."
}

up() {
  install_missing ip=iproute2 ping=iputils-ping arping=iputils-arping ndisc6=ndisc6 nmap=nmap tcpdump=tcpdump \
    curl=curl ethtool=ethtool python3=python3 sysctl=procps setsid=util-linux libpcap.so=libpcap0.8
  [ -n "${PITCHLAKE_BUILT:-}" ] || build_if_needed
  if ! complete; then
    take_down
    lay_segment
  fi
  run_nodes 100ms
  # With a configuration of your own the addresses may mean something else.
  [ -n "$ALONE" ] && [ "$ALONE" != "$ROOT/deploy/lab/alone.conf" ] || show_what_it_does
  print_next
}

# run_nodes ADVERT: starts what does not run as it should.
run_nodes() {
  if runs_as_wanted "$1"; then
    say "Pitchlake already runs in $(wanted_nodes | paste -sd' ' | sed 's/ / and /')"
  else
    stop_nodes "${NODES[@]}"
    start_nodes "$1"
  fi
}

status() {
  local name node role code=0
  if [ -z "$(namespaces)" ]; then
    echo "The lab $LAB is down."
    return 3
  fi
  for name in $(namespaces); do
    printf '%-14s %s\n' "${name#"$LAB-"}" "$(ip -n "$name" -br addr show dev eth0 2>/dev/null \
      | awk '{ $1 = ""; print }' || true)"
  done
  for node in "${NODES[@]}"; do
    if node_ready "$node"; then
      role=$(role "$node" | tr '[:upper:]' '[:lower:]')
      echo "Pitchlake is ready in $node, pid $(node_pid "$node"), ${role:-alone}, log $STATE/$node.log"
    elif [ -e "$STATE/$node.conf" ]; then
      echo "Pitchlake is not running in $node; deploy/lab.sh logs $node says why, deploy/lab.sh up starts it."
      code=3
    fi
  done
  return $code
}

. "$ROOT/deploy/lab/drills.sh"
. "$ROOT/deploy/lab/attacks.sh"

[[ $LAB =~ ^[a-z][a-z0-9]{0,11}$ ]] \
  || fail 64 "PITCHLAKE_LAB=$LAB: a lab's name is up to 12 lower-case letters and digits, a letter first."
command=${1:-}
[ $# = 0 ] || shift
case $command in
  up | status | exec | logs | drill | attack | soak | hook | down) ;;
  -h | --help | help) usage && exit 0 ;;
  *) usage >&2 && exit 64 ;;
esac
[ "$(id -u)" = 0 ] || fail 77 "network namespaces need root; run: sudo deploy/lab.sh $command $*"
PATH=$PATH:/usr/sbin:/sbin

case $command in
  up | down)
    # One at a time, for labs share the build; held on this file, so that no lock file is left.
    exec 9<"$ROOT/deploy/lab.sh"
    flock 9
    if [ "$command" = up ]; then
      up
    else
      take_down
      say "The lab $LAB is gone."
    fi
    ;;
  status) status ;;
  exec)
    host=${1:-}
    [ $# -ge 2 ] || fail 64 "exec wants a host and a command, such as: deploy/lab.sh exec scanner ping -c 3 192.168.2.77"
    [ -e "/run/netns/$LAB-$host" ] \
      || fail 64 "there is no host $host in the lab $LAB; it has: $(namespaces | sed "s/^$LAB-//" | paste -sd' ')"
    shift
    exec ip netns exec "$LAB-$host" "$@"
    ;;
  logs)
    follow=
    if [ "${1:-}" = -f ]; then
      follow=yes
      shift
    fi
    node=${1:-node-a}
    [[ " ${NODES[*]} " == *" $node "* ]] || fail 64 "logs $node: write node-a or node-b"
    [ -r "$STATE/$node.log" ] || fail 66 "no log of $node yet; start with: sudo deploy/lab.sh up"
    if [ -n "$follow" ]; then exec tail -n 50 -f "$STATE/$node.log"; else exec cat "$STATE/$node.log"; fi
    ;;
  drill) drill "$@" ;;
  attack) attack "$@" ;;
  soak) soak "$@" ;;
  hook) hook "$@" ;;
esac
