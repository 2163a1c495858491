#!/usr/bin/env bash
# Runs the benchmarks: deploy/jmh.sh [REGEX] [options of JMH ...]
#
#   deploy/jmh.sh                     all of them, some ten minutes
#   deploy/jmh.sh FlowTable           those whose name matches
#   deploy/jmh.sh Engine -prof stack  with a profiler; JMH's own defaults can be overridden, too
#
# Prints wall time and CPU time per operation and the bytes it allocates; writes target/jmh.json.
# Builds it-tests/target/benchmarks.jar first when a source is newer.
set -euo pipefail
. "$(dirname "$(readlink -f "$0")")/prepare.sh"
BENCHMARKS=$ROOT/it-tests/target/benchmarks.jar

# The first words up to an option are patterns; without one, everything is run.
patterns=()
while [ $# -gt 0 ] && [ "${1#-}" = "$1" ]; do
  patterns+=("$1")
  shift
done

need_jdk_and_maven
if [ ! -e "$BENCHMARKS" ] || [ -n "$(find "$ROOT"/{,common/,sync/,node/,it-tests/}pom.xml \
  "$ROOT"/{common,sync,node,it-tests}/src -newer "$BENCHMARKS" -print -quit 2>/dev/null)" ]; then
  say "Building the benchmarks (the first time Maven also fetches libraries)"
  (cd "$ROOT" && mvn -q -B -ntp -Pbenchmarks -pl it-tests -am -DskipTests package </dev/null) \
    || fail 70 "the build failed; Maven's words are above."
  touch "$BENCHMARKS"
fi
mkdir -p "$ROOT/target"
give_back_to_owner

say "Load of this machine: $(cut -d' ' -f1-3 /proc/loadavg) on $(nproc) cores; figures are as good as it is quiet."
# The forked JVMs take over these flags; the collector is the one the node runs with (deploy/pitchlake).
exec "$JAVA_HOME/bin/java" --enable-native-access=ALL-UNNAMED -Xms1g -Xmx1g -XX:+UseZGC \
  -jar "$BENCHMARKS" -prof gc -prof io.pitchlake.it.bench.CpuProfiler -rff "$ROOT/target/jmh.json" -rf json "$@" "${patterns[@]}"
