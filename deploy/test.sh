#!/usr/bin/env bash
# Runs every test: installs what they need, then `mvn verify`, the labs in network namespaces and in containers
# included, then 3,000 simulated histories of whole clusters (sim.sh). Where no Docker engine answers, one is installed
# and started (docker.sh), and goes on running.
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
    nginx=nginx haproxy=haproxy nft=nftables mmdebstrap=mmdebstrap systemd-nspawn=systemd-container \
    netplan=netplan.io rsyslogd=rsyslog openssl=openssl chromium=chromium chromedriver=chromium-driver
  need_engine
  need_base_image
  # The engine is this machine's, even where that looks like a container itself; the tests clean up behind them.
  export TESTCONTAINERS_HOST_OVERRIDE=localhost TESTCONTAINERS_RYUK_DISABLED=true
fi
need_jdk_and_maven

log=$ROOT/target/test.log
mkdir -p "$ROOT/target"
rm -rf "$ROOT"/{common,sync,node,it-tests}/target/{surefire,failsafe}-reports
say "Running mvn verify; all of it goes to ${log#"$ROOT/"}"
set +e
(cd "$ROOT" && mvn -B -ntp -Dstyle.color=never -Ppackage verify </dev/null 2>&1) | tee "$log" \
  | grep --line-buffered -E '^\[INFO\] Building Pitchlake|Tests run:|^\[WARNING\]|^\[ERROR\]|left out'
status=${PIPESTATUS[0]}
set -e
give_back_to_owner

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
if [ "$status" = 0 ]; then
  say "Living through 3,000 histories"
  bash "$ROOT/deploy/sim.sh" --seeds 3000 </dev/null || status=1
fi
[ "$status" = 0 ] && verdict="${GREEN}passed${PLAIN}" || verdict="${RED}FAILED${PLAIN}"
printf '\n%s: %s tests and %s lab tests, %s failed, %s left out, %s s\n' "$verdict" \
  "$(count surefire-reports tests)" "$labs" "$bad" \
  "$(($(count surefire-reports skipped) + labs_skipped))" "$((SECONDS - started))"
exit "$status"
