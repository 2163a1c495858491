# The part of lab.sh that breaks things: what a drill does to a pair and how that is undone, and the bed that
# `pitchlake drill` measures on. Sourced by lab.sh.
#
# Faults are for node A, which is active before each of them:
#
#   crash       kill -9; comes back by a new start
#   hang        SIGSTOP; comes back by SIGCONT, and believes that no time has passed
#   link        its port on the switch goes down, so it loses its carrier
#   silent      the switch drops whatever it sends and whatever is for it; the carrier stays
#   one-way     the switch drops whatever it sends; it still hears everything
#   switchover  SIGTERM; comes back by a new start
#   partition   neither node hears the other, on the segment or between them; clients reach both
#   sync-loss   the link between the nodes drops everything (odd runs) or every third frame (even runs)
#   reboot      as switchover, and it must catch up and take its place again
#   calm        nothing but noise: PITCHLAKE_LOSS percent of what it sends is lost

# lay_probe: a port of the switch that is a machine, too, in the switch's own namespace: so the probe sees beside the
# answers it gets which port each came in by.
lay_probe() {
  ! ip -n "$LAB-lan" link show probe >/dev/null 2>&1 || return 0
  in_host lan sysctl -qw net.ipv4.conf.all.arp_ignore=1 net.ipv6.conf.all.disable_ipv6=1
  ip -n "$LAB-lan" link add probe type veth peer name port-probe
  ip -n "$LAB-lan" link set port-probe master bridge up
  ip -n "$LAB-lan" link set probe up
  ip -n "$LAB-lan" addr add "192.168.2.$PROBE/24" dev probe
  # Else TCP holds back after ten segments without an answer, and the stream would show its timers, not the node's.
  ip -n "$LAB-lan" route change 192.168.2.0/24 dev probe src "192.168.2.$PROBE" initcwnd 1000
}

# lay_keepalived ADVERT
lay_keepalived() {
  local entry host number priority rest
  install_missing keepalived=keepalived
  for entry in "${KEEPALIVED[@]}"; do
    host=${entry%%:*} rest=${entry#*:}
    number=${rest%:*} priority=${rest#*:}
    if [ ! -e "/run/netns/$LAB-$host" ]; then
      plug "$host"
      ip -n "$LAB-$host" link set eth0 up
      ip -n "$LAB-$host" addr add "192.168.2.$number/24" dev eth0
      ip -n "$LAB-$host" route add 224.0.0.0/4 dev eth0
    fi
    cat >"$STATE/$host.conf" <<CONF
vrrp_instance lab {
  state BACKUP
  interface eth0
  virtual_router_id 51
  version 3
  priority $priority
  advert_int $(awk -v text="$1" 'BEGIN { print text / 1000 }')
  virtual_ipaddress { 192.168.2.$KEPT/24 }
}
CONF
    stop_keepalived "$host"
    launch_keepalived "$host"
  done
}

# stop_keepalived HOST: the whole of it, and the address it leaves behind when it is killed.
stop_keepalived() {
  signal_keepalived "$1" KILL
  ip -n "$LAB-$1" addr del "192.168.2.$KEPT/24" dev eth0 2>/dev/null || true
  # What a killed one leaves may by now be the number of somebody else, and the next one would take that for itself.
  rm -f "$STATE/$1.pid" "$STATE/$1.vrrp"
}

# signal_keepalived HOST SIGNAL
signal_keepalived() {
  local pids
  pids=$(ip netns pids "$LAB-$1")
  # shellcheck disable=SC2086  # numbers
  [ -z "$pids" ] || kill "-$2" $pids 2>/dev/null || true
}

launch_keepalived() {
  ip netns exec "$LAB-$1" setsid keepalived --vrrp --dont-fork --log-console -f "$STATE/$1.conf" \
    -p "$STATE/$1.pid" -r "$STATE/$1.vrrp" </dev/null >"$STATE/$1.log" 2>&1 9<&- &
  disown
}

# at_switch CHAIN [CHAIN]: a table of rules for what passes the switch, in place of the one before.
at_switch() {
  heal_switch
  in_host lan nft "table bridge drill { $1
${2:-}
}"
}

heal_switch() { in_host lan nft delete table bridge drill 2>/dev/null || true; }

# hook ready|fault|restore|sessions: called by `pitchlake drill`, which says by PITCHLAKE_DRILL, PITCHLAKE_PEER,
# PITCHLAKE_RUN and PITCHLAKE_NODE what for.
hook() {
  local first=node-a second=node-b
  if [ "$PITCHLAKE_PEER" = keepalived ]; then
    first=keep-a second=keep-b
  fi
  case $1 in
    ready) settled "$first" "$second" ;;
    fault) fault "$first" "$second" ;;
    restore) restore "$first" ;;
    sessions) sessions "$PITCHLAKE_NODE" ;;
  esac
}

# settled FIRST SECOND: both run, the first is active, and both know the same.
settled() {
  if [ "$PITCHLAKE_PEER" = keepalived ]; then
    [ -n "$(ip netns pids "$LAB-$1")" ] && [ -n "$(ip netns pids "$LAB-$2")" ] \
      && holds "$1" && ! holds "$2"
  else
    node_ready "$1" && node_ready "$2" && [ "$(role "$1")" = ACTIVE ] && [ "$(role "$2")" = BACKUP ] \
      && caught_up "$1" && caught_up "$2"
  fi
}

# holds HOST: keepalived's address is on it.
holds() { [[ $(ip -n "$LAB-$1" -br addr show dev eth0) == *"192.168.2.$KEPT/"* ]]; }

# send_signal HOST SIGNAL
send_signal() {
  if [ "$PITCHLAKE_PEER" = keepalived ]; then
    signal_keepalived "$1" "$2"
  else
    kill "-$2" "$(cat "$STATE/$1.pid")"
  fi
}

# fault FIRST SECOND
fault() {
  local between="iifname \"$1\" oifname \"$2\" drop; iifname \"$2\" oifname \"$1\" drop;"
  local inward="chain in { type filter hook prerouting priority -300;"
  local through="chain through { type filter hook forward priority 0;"
  local outward="chain out { type filter hook postrouting priority 300;"
  case $PITCHLAKE_DRILL in
    crash) send_signal "$1" KILL ;;
    hang) send_signal "$1" STOP ;;
    switchover | reboot) send_signal "$1" TERM ;;
    link) ip -n "$LAB-lan" link set "$1" down ;;
    silent) at_switch "$inward iifname \"$1\" drop; }" "$outward oifname \"$1\" drop; }" ;;
    one-way) at_switch "$inward iifname \"$1\" drop; }" ;;
    partition)
      at_switch "$through $between }" "$inward iifname \"sync-a\" drop; iifname \"sync-b\" drop; }"
      ;;
    sync-loss)
      if [ $((PITCHLAKE_RUN % 2)) = 1 ]; then
        at_switch "$inward iifname \"sync-a\" drop; iifname \"sync-b\" drop; }"
      else
        at_switch "$inward iifname \"sync-a\" numgen random mod 100 < 33 drop; iifname \"sync-b\" numgen random mod 100 < 33 drop; }"
      fi
      ;;
    calm)
      [ "${PITCHLAKE_LOSS:-0}" = 0 ] \
        || at_switch "$inward iifname \"$1\" numgen random mod 100 < $PITCHLAKE_LOSS drop; }"
      ;;
  esac
}

# restore FIRST
restore() {
  case $PITCHLAKE_DRILL in
    crash | switchover | reboot)
      if [ "$PITCHLAKE_PEER" = keepalived ]; then
        stop_keepalived "$1"
        launch_keepalived "$1"
      else
        gone "$1"
        launch "$1"
      fi
      ;;
    hang) send_signal "$1" CONT ;;
    link) ip -n "$LAB-lan" link set "$1" up ;;
    *) heal_switch ;;
  esac
}

# gone NODE: waits for the end of its process.
gone() {
  local waited
  for ((waited = 0; waited < 100; waited++)); do
    node_pid "$1" >/dev/null || return 0
    sleep 0.05
  done
  fail 70 "the Pitchlake of $1 does not end"
}

# in_use NODE: what is in use there now, as it says itself when it is asked (SIGUSR1).
in_use() {
  local before waited pid
  pid=$(node_pid "$1") || return 1
  before=$(grep -c ' now: ' "$STATE/$1.log" || true)
  kill -USR1 "$pid"
  for ((waited = 0; waited < 40; waited++)); do
    if [ "$(grep -c ' now: ' "$STATE/$1.log" || true)" -gt "$before" ]; then
      grep ' now: ' "$STATE/$1.log" | tail -n 1
      return 0
    fi
    sleep 0.05
  done
  return 1
}

# sessions NODE: how many flows it knows.
sessions() { in_use "$1" | sed -n 's/.*now: sessions \([0-9]*\).*/\1/p'; }

# caught_up NODE: where it replicates, it has taken over what the other one knows.
caught_up() {
  local now
  now=$(in_use "$1") || return 1
  [[ $now != *"other nodes that can be talked to"* || $now == *"other nodes whose entries this one has taken over"* ]]
}

drill() {
  local name=${1:-} advert=100ms peer= loss=0 arguments=()
  [ -n "$name" ] || fail 64 "drill wants a name, such as: deploy/lab.sh drill crash"
  shift
  while [ $# -gt 0 ]; do
    [ $# -ge 2 ] || fail 64 "$1 wants a value"
    case $1 in
      --advert) advert=$2 ;;
      --peer) peer=$2 ;;
      --loss) loss=$2 ;;
      --runs | --json | --svg | --minutes | --load) arguments+=("$1" "$2") ;;
      *) fail 64 "drill $1: there is no such option; deploy/lab.sh help has them" ;;
    esac
    shift 2
  done
  [[ $advert =~ ^[1-9][0-9]*0ms$ ]] || fail 64 "--advert $advert: write tens of milliseconds, such as 10ms or 100ms"
  [ -z "$peer" ] || [ "$peer" = keepalived ] || fail 64 "--peer $peer: the only peer is keepalived"
  [[ $loss =~ ^[0-9]{1,2}$ ]] || fail 64 "--loss $loss: write a percentage, 0 to 99"
  [ -z "$ALONE" ] || fail 64 "a drill needs both nodes, and with PITCHLAKE_CONF there is one"
  complete || fail 69 "the lab $LAB is down; start it with: sudo deploy/lab.sh up"
  install_missing nft=nftables
  [ -n "${PITCHLAKE_BUILT:-}" ] || build_if_needed
  heal_switch
  run_nodes "$advert"
  lay_probe
  arguments+=(--pair "pitchlake,node-a,node-b,192.168.2.5" --advert "$advert")
  if [ "$peer" = keepalived ]; then
    lay_keepalived "${advert%ms}"
    arguments+=(--pair "keepalived,keep-a,keep-b,192.168.2.$KEPT")
  fi
  export PITCHLAKE_LAB=$LAB PITCHLAKE_LOSS=$loss
  in_host lan "$ROOT/deploy/pitchlake" drill "$name" --interface probe \
    --echo "192.168.2.$BALANCED:7" --trap 192.168.2.77 \
    --ready "'$ROOT/deploy/lab.sh' hook ready" --fault "'$ROOT/deploy/lab.sh' hook fault" \
    --restore "'$ROOT/deploy/lab.sh' hook restore" --sessions "'$ROOT/deploy/lab.sh' hook sessions" \
    "${arguments[@]}"
}
