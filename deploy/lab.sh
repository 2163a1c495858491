#!/usr/bin/env bash
# A small office in network namespaces, with Pitchlake on its wire. Nothing outside is touched.
#
#   deploy/lab.sh up                 install what is missing, build, lay the segment, start Pitchlake
#   deploy/lab.sh status             what is there, and whether Pitchlake is ready
#   deploy/lab.sh exec HOST CMD...   run a command in a host: scanner host-a host-b
#                                    backend-1 backend-2 gateway node-a lan
#   deploy/lab.sh logs [-f]          Pitchlake's log
#   deploy/lab.sh down               stop everything and leave nothing behind
#
# PITCHLAKE_LAB names the lab (default pl), so that several stand side by side.
# PITCHLAKE_CONF is node A's configuration (default deploy/lab/node-a.conf).
set -euo pipefail
. "$(dirname "$(readlink -f "$0")")/prepare.sh"

LAB=${PITCHLAKE_LAB:-pl}
CONF=$(readlink -f "${PITCHLAKE_CONF:-$ROOT/deploy/lab/node-a.conf}")
STATE=/run/pitchlake-lab
[ "$LAB" = pl ] || STATE=/run/pitchlake-lab-$LAB
READY_SECONDS=30

# name, last part of its IPv4 and IPv6 address; the node has none, for Pitchlake brings its own.
HOSTS=(scanner:66 host-a:20 host-b:21 backend-1:30 backend-2:31 gateway:1 node-a:)
LIVING=(host-a host-b backend-1 backend-2)
BALANCED=10 # the server's address, which the backends hold without answering for it

usage() { sed -n '2,/^set/s/^# \{0,1\}//p' "$ROOT/deploy/lab.sh"; }

in_host() {
  local host=$1
  shift
  ip netns exec "$LAB-$host" "$@"
}

# The names of this lab's namespaces that exist.
namespaces() {
  local name
  for name in lan "${HOSTS[@]%%:*}"; do
    [ ! -e "/run/netns/$LAB-$name" ] || echo "$LAB-$name"
  done
}

complete() {
  local host
  for host in "${LIVING[@]}"; do
    [ -n "$(ip netns pids "$LAB-$host" 2>/dev/null)" ] || return 1
  done
  [ "$(namespaces | wc -l)" = $((${#HOSTS[@]} + 1)) ] && [ -e "$STATE/laid" ]
}

node_pid() {
  local pid
  pid=$(cat "$STATE/node-a.pid" 2>/dev/null) && kill -0 "$pid" 2>/dev/null && echo "$pid"
}

node_ready() { node_pid >/dev/null && grep -q 'ready:' "$STATE/node-a.log" 2>/dev/null; }

quiet_namespace() {
  ip netns add "$1"
  # Docker leaves forwarding on in new namespaces, and hosts that forward spoil the picture.
  ip netns exec "$1" sysctl -qw net.ipv4.ip_forward=0 net.ipv6.conf.all.forwarding=0 \
    net.ipv6.conf.default.accept_ra=0
  ip -n "$1" link set lo up
}

lay_segment() {
  local entry host number
  say "Laying the segment $LAB-*"
  mkdir -p "$STATE"
  quiet_namespace "$LAB-lan"
  ip -n "$LAB-lan" link add bridge type bridge stp_state 0 forward_delay 0
  ip -n "$LAB-lan" link set bridge up
  for entry in "${HOSTS[@]}"; do
    host=${entry%%:*} number=${entry#*:}
    quiet_namespace "$LAB-$host"
    ip -n "$LAB-lan" link add "$host" type veth peer name eth0 netns "$LAB-$host"
    ip -n "$LAB-lan" link set "$host" master bridge up
    if [ -z "$number" ]; then
      # No kernel address at all: whatever answers on this port is Pitchlake.
      in_host "$host" sysctl -qw net.ipv6.conf.eth0.disable_ipv6=1
      ip -n "$LAB-$host" link set eth0 up
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

stop_node() {
  local pid waited
  pid=$(node_pid) || return 0
  kill "$pid" 2>/dev/null || true
  for ((waited = 0; waited < 50; waited++)); do
    kill -0 "$pid" 2>/dev/null || return 0
    sleep 0.1
  done
  kill -KILL "$pid" 2>/dev/null || true
}

start_node() {
  local pid waited
  say "Starting Pitchlake in node-a with ${CONF#"$ROOT/"}"
  rm -f "$STATE/node-a.pid"
  : >"$STATE/node-a.log"
  # Not through in_host: the pid must be Pitchlake's own, which is to end in order and say its last words.
  ip netns exec "$LAB-node-a" setsid "$ROOT/deploy/pitchlake" run -c "$CONF" \
    </dev/null >>"$STATE/node-a.log" 2>&1 9<&- &
  pid=$!
  echo "$pid" >"$STATE/node-a.pid"
  for ((waited = 0; waited < READY_SECONDS * 10; waited++)); do
    ! node_ready || return 0
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.1
  done
  tail -n 20 "$STATE/node-a.log" >&2
  fail 70 "Pitchlake did not become ready; its last words are above. The segment is still there: deploy/lab.sh down removes it."
}

take_down() {
  local name pid waited
  stop_node
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
  answer=$(ask -v "http://192.168.2.77/" | grep -E '^\* +(Connected to|Operation timed out)' || true)
  echo "$answer"
  [[ $answer == *"Connected to 192.168.2.77"*"timed out"* ]] \
    || fail 70 "192.168.2.77 did not connect and hang; deploy/lab.sh logs may say why."
}

up() {
  install_missing ip=iproute2 ping=iputils-ping arping=iputils-arping ndisc6=ndisc6 nmap=nmap tcpdump=tcpdump \
    curl=curl ethtool=ethtool python3=python3 sysctl=procps setsid=util-linux libpcap.so=libpcap0.8
  build_if_needed
  if ! complete; then
    take_down
    lay_segment
  fi
  if node_ready && [ "$STATE/node-a.pid" -nt "$APP" ] && [ "$STATE/node-a.pid" -nt "$CONF" ]; then
    say "Pitchlake already runs in node-a (pid $(node_pid))"
  else
    stop_node
    start_node
  fi
  # With a configuration of your own the addresses may mean something else.
  [ "$CONF" != "$ROOT/deploy/lab/node-a.conf" ] || show_what_it_does
  print_next
}

status() {
  local name
  if [ -z "$(namespaces)" ]; then
    echo "The lab $LAB is down."
    return 3
  fi
  for name in $(namespaces); do
    printf '%-14s %s\n' "${name#"$LAB-"}" "$(ip -n "$name" -br addr show dev eth0 2>/dev/null \
      | awk '{ $1 = ""; print }' || true)"
  done
  if node_ready; then
    echo "Pitchlake is ready in node-a, pid $(node_pid), log $STATE/node-a.log"
  else
    echo "Pitchlake is not running in node-a; deploy/lab.sh logs says why, deploy/lab.sh up starts it."
    return 3
  fi
}

[[ $LAB =~ ^[a-z][a-z0-9]{0,11}$ ]] \
  || fail 64 "PITCHLAKE_LAB=$LAB: a lab's name is up to 12 lower-case letters and digits, a letter first."
command=${1:-}
[ $# = 0 ] || shift
case $command in
  up | status | exec | logs | down) ;;
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
    [ -r "$STATE/node-a.log" ] || fail 66 "no log yet; start with: sudo deploy/lab.sh up"
    if [ "${1:-}" = -f ]; then exec tail -n 50 -f "$STATE/node-a.log"; else exec cat "$STATE/node-a.log"; fi
    ;;
esac
