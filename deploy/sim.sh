#!/usr/bin/env bash
# Lives through histories of whole clusters under a simulated clock, and looks for one that breaks an invariant.
#
#   deploy/sim.sh                   10,000 seeds on all cores, some minutes; the same ones each time
#   deploy/sim.sh --seeds N         so many
#   deploy/sim.sh --from S          beginning with another one than 1
#   deploy/sim.sh --workers W       on so many cores
#   deploy/sim.sh --seed S          one of them again, told event by event
#
# Prints seeds per second and, for a history that is broken, what happened before and the command that replays it;
# ends with 1 then. docs/architecture.md says what the invariants are. Needs no root and no network.
# Builds the program and its tests first when a source is newer.
set -euo pipefail
. "$(dirname "$(readlink -f "$0")")/prepare.sh"
NODE=$ROOT/node/target
case "${1:-}" in -h | --help | help) exec sed -n '2,12s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" ;; esac

need_jdk_and_maven
if [ ! -e "$NODE/pitchlake/pitchlake.jar" ] || [ ! -e "$NODE/test-classes" ] \
  || [ -n "$(find "$ROOT"/{,common/,sync/,node/}pom.xml "$ROOT"/{common,sync,node}/src \
    -newer "$NODE/pitchlake/pitchlake.jar" -print -quit 2>/dev/null)" ]; then
  say "Building the program and its tests (the first time Maven also fetches libraries)"
  (cd "$ROOT" && mvn -q -B -ntp -pl node -am -DskipTests package </dev/null) \
    || fail 70 "the build failed; Maven's words are above."
  give_back_to_owner
fi

[ $# -gt 0 ] || set -- --seeds 10000
# Assertions are on: they find reads outside a frame. Histories make garbage and no long-lived objects.
exec "$JAVA_HOME/bin/java" -ea --enable-native-access=ALL-UNNAMED -Xmx1g -XX:+UseParallelGC \
  -cp "$NODE/test-classes:$NODE/classes:$ROOT/sync/target/classes:$ROOT/common/target/test-classes:$ROOT/common/target/classes:$NODE/pitchlake/lib/*" \
  io.pitchlake.node.history.Simulation "$@"
