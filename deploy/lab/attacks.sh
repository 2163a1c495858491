# The part of lab.sh that attacks the pair: sourced by it. What each attack sends is in attacker.py, what is measured in
# attack.py.

ATTACKS=(syn-flood arp-storm arp-spoof vrrp-forged vrrp-higher fragments jumbo super-frames neighbor-sweep sync-garbage
  slow-http)

attack() {
  local names=${1:-} seconds=3 takeovers=yes json= name
  [ -n "$names" ] || fail 64 "attack wants a name, such as: deploy/lab.sh attack syn-flood"
  shift
  if [ "$names" != all ]; then
    for name in ${names//,/ }; do
      [[ " ${ATTACKS[*]} " == *" $name "* ]] \
        || fail 64 "attack $name: there is no such attack; there are: all $(printf '%s ' "${ATTACKS[@]}")"
    done
  fi
  while [ $# -gt 0 ]; do
    [ $# -ge 2 ] || fail 64 "$1 wants a value"
    case $1 in
      --seconds) seconds=$2 ;;
      --takeovers) takeovers=$2 ;;
      --json) json=$2 ;;
      *) fail 64 "attack $1: there is no such option; deploy/lab.sh help has them" ;;
    esac
    shift 2
  done
  [[ $seconds =~ ^[1-9][0-9]?$ ]] || fail 64 "--seconds $seconds: write 1 to 99"
  [[ $takeovers =~ ^(yes|no)$ ]] || fail 64 "--takeovers $takeovers: write yes or no"
  stand
  PITCHLAKE_LAB=$LAB PITCHLAKE_STATE=$STATE PITCHLAKE_LAB_SH=$ROOT/deploy/lab.sh PITCHLAKE_BUILT=yes \
    python3 -B "$ROOT/deploy/lab/attack.py" "$names" "$seconds" "$takeovers" "$json"
}

# soak [--minutes N] [--every N] [--json FILE]
soak() {
  local minutes=60 every=5 json=
  while [ $# -gt 0 ]; do
    [ $# -ge 2 ] || fail 64 "$1 wants a value"
    case $1 in
      --minutes) minutes=$2 ;;
      --every) every=$2 ;;
      --json) json=$2 ;;
      *) fail 64 "soak $1: there is no such option; deploy/lab.sh help has them" ;;
    esac
    shift 2
  done
  [[ $minutes =~ ^[1-9][0-9]{0,3}$ ]] || fail 64 "--minutes $minutes: write 1 to 9999"
  [[ $every =~ ^[1-9][0-9]{0,3}$ ]] || fail 64 "--every $every: write 1 to 9999"
  stand
  need_jdk_and_maven
  PITCHLAKE_LAB=$LAB PITCHLAKE_STATE=$STATE PITCHLAKE_LAB_SH=$ROOT/deploy/lab.sh PITCHLAKE_BUILT=yes \
    python3 -B "$ROOT/deploy/lab/soak.py" "$minutes" "$every" "$json"
}

# stand: a lab with a pair that runs as attacks and soaks want it.
stand() {
  [ -z "$ALONE" ] || fail 64 "this needs both nodes, and with PITCHLAKE_CONF there is one"
  complete || fail 69 "the lab $LAB is down; start it with: sudo deploy/lab.sh up"
  install_missing nft=nftables
  [ -n "${PITCHLAKE_BUILT:-}" ] || build_if_needed
  run_nodes 100ms
}
