#!/usr/bin/env bash
# Runs every test: installs what they need, then `mvn verify`, the labs in network namespaces and in containers
# included, then 10,000 simulated histories of whole clusters (sim.sh). Where no Docker engine answers, one is installed
# and started (docker.sh), and stopped at the end.
# A lab that failed is tried once more, and named in the end: on a virtual machine whose host takes the processors away
# for seconds no time bound holds. Where the machine was not disturbed a second try is a failure all the same.
# Without root the lab tests are left out, said so, and counted; in CI that is a failure.
set -euo pipefail
. "$(dirname "$(readlink -f "$0")")/docker.sh"
PATH=$PATH:/usr/sbin:/sbin
started=$SECONDS

is_root=$([ "$(id -u)" = 0 ] && echo yes || echo no)
if [ "$is_root" = no ]; then
  [ "${CI:-}" != true ] || fail 77 "in CI the lab tests must run, and they need root."
  say "Not root: the lab tests are left out. 'sudo deploy/test.sh' runs them too."
else
  install_missing ip=iproute2 ping=iputils-ping arping=iputils-arping ndisc6=ndisc6 nmap=nmap hping3=hping3 \
    tcpdump=tcpdump curl=curl pen=pen ethtool=ethtool python3=python3 sysctl=procps libpcap.so=libpcap0.8 \
    traceroute=traceroute dig=dnsutils dnsmasq=dnsmasq-base keepalived=keepalived \
    dhcpd=isc-dhcp-server dhclient=isc-dhcp-client udhcpc=udhcpc \
    nginx=nginx haproxy=haproxy nft=nftables mmdebstrap=mmdebstrap systemd-nspawn=systemd-container \
    netplan=netplan.io rsyslogd=rsyslog tshark=tshark scapy=python3-scapy zsh=zsh fish=fish openssl=openssl \
    faketime=faketime chromium=chromium chromedriver=chromium-driver
  trap stop_engine EXIT
  need_engine
  need_base_image &
  base_image=$!
  # The engine is this machine's, even where that looks like a container itself; the tests clean up behind them.
  export TESTCONTAINERS_HOST_OVERRIDE=localhost TESTCONTAINERS_RYUK_DISABLED=true
fi
need_jdk_and_maven
[ "$is_root" = no ] || wait "$base_image"

log=$ROOT/target/test.log
mkdir -p "$ROOT/target" "$ROOT/it-tests/target"

# What the labs stand on, made while Maven compiles: it waits for mirrors more than it computes. Whatever is missing
# afterwards, the labs make themselves.
prepare_labs() {
  local part
  for part in lab jdk prometheus; do
    docker build --quiet -f "$ROOT/deploy/Dockerfile" --target "$part" "$ROOT"
  done
  bash "$ROOT/deploy/debian.sh" "$ROOT/it-tests/target/debian.tar"
}
preparing=
if [ "$is_root" = yes ]; then
  prepare_labs </dev/null >"$ROOT/target/prepare.log" 2>&1 &
  preparing=$!
fi

# How long this machine stood still, and what its host took of it.
disturbance=$ROOT/target/standstill
rm -f "$disturbance"
meter=
if [ "$is_root" = yes ]; then
  python3 -B "$ROOT/deploy/lab/standstill.py" "$disturbance" </dev/null >/dev/null 2>&1 &
  meter=$!
fi

rm -rf "$ROOT"/{common,sync,node,it-tests}/target/{surefire,failsafe}-reports
say "Running mvn verify; all of it goes to ${log#"$ROOT/"}"
set +e
(cd "$ROOT" && mvn -B -ntp -Dstyle.color=never -Ppackage -Dlab.second.tries=1 verify </dev/null 2>&1) | tee "$log" \
  | grep --line-buffered -E '^\[INFO\] Building Pitchlake|Tests run:|^\[WARNING\]|^\[ERROR\]|left out'
status=${PIPESTATUS[0]}
set -e
[ -z "$preparing" ] || wait "$preparing" || say "Not all was prepared for the labs: target/prepare.log"
[ -z "$meter" ] || kill "$meter"
give_back_to_owner

# Longest standstill at which a lab's time bounds still hold, and the share of the processors that may be taken away.
QUIET_MILLIS=100 QUIET_PERCENT=2

# second_tries: the labs that failed once and passed then, CLASS.TEST each.
second_tries() {
  find "$ROOT"/it-tests/target/failsafe-reports -name 'TEST-*.xml' -exec cat {} + 2>/dev/null \
    | awk 'match($0, /<testcase name="[^"]*" classname="[^"]*"/) {
             split(substr($0, RSTART, RLENGTH), part, "\""); name = part[4] "." part[2]; sub(/.*\.it\./, "", name) }
           /<flaky(Failure|Error)/ && !(name in seen) { seen[name] = 1; print name }'
}

# count DIRECTORY ATTRIBUTE: the sum over the reports of all modules.
count() {
  { find "$ROOT"/*/target/"$1" -name 'TEST-*.xml' -exec grep -h -m1 -o "<testsuite [^>]*" {} + 2>/dev/null || true; } \
    | sed -n "s/.* $2=\"\([0-9]*\)\".*/\1/p" | awk '{ sum += $1 } END { print sum + 0 }'
}
labs=$(count failsafe-reports tests) labs_skipped=$(count failsafe-reports skipped)
bad=$(($(count surefire-reports failures) + $(count surefire-reports errors) \
  + $(count failsafe-reports failures) + $(count failsafe-reports errors)))

if [ "$is_root" = yes ] && [ "$status" = 0 ]; then
  if [ "$labs" = 0 ] || [ "$labs_skipped" != 0 ]; then
    status=1
    printf '%sLab tests were left out although this is root: %s of %s.%s\n' "$RED" "$labs_skipped" "$labs" "$PLAIN"
  fi
fi
still_millis=0 stolen_percent=0
[ ! -f "$disturbance" ] || read -r still_millis stolen_percent <"$disturbance"
again=$(second_tries)
if [ -n "$again" ]; then
  say "Labs that passed only at a second try: ${again//$'\n'/, }"
  if [ "$still_millis" -lt "$QUIET_MILLIS" ] && [ "${stolen_percent%.*}" -lt "$QUIET_PERCENT" ]; then
    status=1
    printf '%sThis machine was not disturbed, so that is a defect of theirs or of ours.%s\n' "$RED" "$PLAIN"
  fi
fi
if [ "$status" = 0 ]; then
  say "Living through 10,000 histories"
  bash "$ROOT/deploy/sim.sh" --seeds 10000 </dev/null || status=1
fi
[ "$status" = 0 ] && verdict="${GREEN}passed${PLAIN}" || verdict="${RED}FAILED${PLAIN}"
printf '\n%s: %s tests and %s lab tests, %s failed, %s left out, %s at a second try, %s s\n' "$verdict" \
  "$(count surefire-reports tests)" "$labs" "$bad" \
  "$(($(count surefire-reports skipped) + labs_skipped))" "$(printf '%s' "$again" | grep -c . || true)" \
  "$((SECONDS - started))"
printf 'This machine stood still for %s ms at most, and its host took %s %% of it.\n' "$still_millis" "$stolen_percent"
exit "$status"
