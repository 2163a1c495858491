#!/usr/bin/env bash
# Throws at parsers, frames and state machines what a fuzzer guided by coverage (Jazzer) makes up, until one of them breaks.
#
#   deploy/fuzz.sh                        every target, a minute each
#   deploy/fuzz.sh TARGET...              these: a class, or CLASS#METHOD, without its package
#   deploy/fuzz.sh --seconds N [TARGET]   so long each
#   deploy/fuzz.sh --list                 says which targets there are
#
# What breaks one is put beside its seeds (src/test/resources), where `mvn test` runs it from then on: commit it with
# the repair. What was found on the way is kept in .fuzz-corpus/ and gone on with the next time. Ends with 1 when
# something broke. docs/fuzzing.md says what each target promises. Needs no root and no network.
# Builds the program and its tests first when a source is newer.
set -euo pipefail
. "$(dirname "$(readlink -f "$0")")/prepare.sh"
CORPUS=${PITCHLAKE_CORPUS:-$ROOT/.fuzz-corpus}

# targets: MODULE CLASS METHOD of each, as its source says.
targets() {
  local source module class
  grep -rl --include='*FuzzTest.java' '@FuzzTest' "$ROOT"/{common,sync,node}/src/test/java | sort | while read -r source; do
    module=${source#"$ROOT/"} module=${module%%/*}
    class=${source#*/src/test/java/} class=${class%.java} class=${class//\//.}
    grep -A1 '@FuzzTest$' "$source" | sed -n "s/^ *void \([A-Za-z0-9]*\)(.*/$module $class \1/p"
  done
}

seconds=60 wanted=()
while [ $# -gt 0 ]; do
  case $1 in
    -h | --help | help) exec sed -n '2,13s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" ;;
    --list)
      targets | sed 's/^[^ ]* .*\.\([A-Za-z0-9]*\) /\1#/'
      exit 0
      ;;
    --seconds)
      [[ ${2:-} =~ ^[1-9][0-9]{0,6}$ ]] || fail 64 "--seconds wants a number of seconds, not '${2:-}'."
      seconds=$2
      shift
      ;;
    -*) fail 64 "there is no option '$1'; 'deploy/fuzz.sh --help' says which there are." ;;
    *) wanted+=("$1") ;;
  esac
  shift
done

all=$(targets)
chosen=$all
if [ ${#wanted[@]} -gt 0 ]; then
  chosen=
  for want in "${wanted[@]}"; do
    found=$(awk -v want="$want" '{ n = split($2, words, "."); name = words[n] }
      want == name || want == name "#" $3' <<<"$all")
    [ -n "$found" ] || fail 64 "there is no target '$want'; 'deploy/fuzz.sh --list' says which there are."
    chosen+=$found$'\n'
  done
fi

need_jdk_and_maven
classpath=$ROOT/node/target/fuzz.classpath
if [ ! -e "$classpath" ] \
  || [ -n "$(find "$ROOT"/{,common/,sync/,node/}pom.xml "$ROOT"/{common,sync,node}/src/{main,test/java} \
    -newer "$classpath" -print -quit 2>/dev/null)" ]; then
  say "Building the program and its tests (the first time Maven also fetches libraries)"
  (cd "$ROOT" && mvn -q -B -ntp -pl node -am -DskipTests -Dmdep.outputFile=target/fuzz.classpath -Dmdep.includeScope=test \
    test-compile dependency:build-classpath </dev/null) \
    || fail 70 "the build failed; Maven's words are above."
fi

# progress LOG: beside a run, what it has come to, from the last line in which the fuzzer says so. On a terminal
# each two seconds and in one place, elsewhere each minute.
progress() {
  local log=$1 begun=$SECONDS every=60 end=$'\n' counts
  [ ! -t 1 ] || every=2 end=$'\r'
  while sleep "$every" >/dev/null 2>&1 && kill -0 $$ 2>/dev/null; do
    counts=$(sed -n 's/^#\([0-9]*\).* cov: \([0-9]*\) .* corp: \([0-9]*\).*/\1 inputs, \2 branches, \3 kept/p' "$log" | tail -n 1)
    printf '    %s s: %s    %s' $((SECONDS - begun)) "${counts:-loading}" "$end"
  done
}

broken=0
while read -r module class method; do
  [ -n "$module" ] || continue
  name=${class##*.}
  seeds=$ROOT/$module/src/test/resources/${class//.//}Inputs/$method
  grown=$CORPUS/$name/$method
  log=$ROOT/$module/target/fuzz-$name-$method.log
  mkdir -p "$seeds" "$grown"
  say "$name#$method, $seconds s"
  status=0
  : >"$log"
  progress "$log" &
  watching=$!
  # Assertions are on: they find reads outside a frame. Tests read files relative to their module.
  (cd "$ROOT/$module" && JAZZER_FUZZ=1 "$JAVA_HOME/bin/java" -ea --enable-native-access=ALL-UNNAMED \
    --sun-misc-unsafe-memory-access=allow -XX:+EnableDynamicAgentLoading -Xmx1g \
    -cp "target/test-classes:target/classes:$(cat target/fuzz.classpath)" com.code_intelligence.jazzer.Jazzer \
    --target_class="$class" --target_method="$method" --instrumentation_includes='io.pitchlake.**' \
    --custom_hook_includes='io.pitchlake.**' --reproducer_path="target" \
    -max_total_time="$seconds" -rss_limit_mb=0 -timeout=20 -print_final_stats=1 -artifact_prefix="$seeds/" \
    "$grown" "$seeds") >"$log" 2>&1 </dev/null || status=$?
  kill "$watching" 2>/dev/null || true
  wait "$watching" 2>/dev/null || true
  # A run that breaks says its figures twice.
  sed -n 's/^stat::number_of_executed_units: *\([0-9]*\)/    \1 inputs                                /p' "$log" | tail -n 1
  if [ "$status" != 0 ]; then
    broken=1
    grep -v -e '^#' -e '^INFO' "$log" | grep -A25 -e 'Java Exception' -e 'ERROR' | head -n 40 || true
    printf '%s%s#%s broke%s (status %s): %s\n' "$RED" "$name" "$method" "$PLAIN" "$status" "${log#"$ROOT/"}"
  fi
  rmdir -p "$seeds" 2>/dev/null || true
  [ "$(id -u)" != 0 ] || chown -R -f --reference="$ROOT/pom.xml" "$CORPUS" "$ROOT/$module/src/test/resources" || true
done <<<"$chosen"
exit "$broken"
