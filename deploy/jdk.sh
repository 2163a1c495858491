# Finds a JDK 25 or newer and exports JAVA_HOME; meant to be sourced: `. deploy/jdk.sh`.
#
# Looks at JAVA_HOME, the java on the PATH, the distribution's JVM folder, SDKMAN and Maven's
# toolchains.xml, in this order. Finds none: says in one line what to install and ends the caller with
# status 69. With PITCHLAKE_JRE=1 a runtime without compiler is enough.

# The major version that the `release` file of the Java home $1 states; nothing when $1 is none.
pitchlake_java_major() {
  [ -x "$1/bin/java" ] && [ -r "$1/release" ] || return 0
  [ -n "${PITCHLAKE_JRE:-}" ] || [ -x "$1/bin/javac" ] || return 0
  sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release"
}

# Prints the first Java home that is new enough.
pitchlake_find_java() {
  pitchlake_on_path=$(command -v java || true)
  [ -z "$pitchlake_on_path" ] || pitchlake_on_path=$(readlink -f "$pitchlake_on_path")
  {
    printf '%s\n' "${JAVA_HOME:-}" "${pitchlake_on_path%/bin/java}"
    printf '%s\n' /usr/lib/jvm/* "${HOME:-/root}"/.sdkman/candidates/java/*
    sed -n 's:.*<jdkHome>\(.*\)</jdkHome>.*:\1:p' "${HOME:-/root}/.m2/toolchains.xml" 2>/dev/null || true
  } | while IFS= read -r pitchlake_home; do
    [ -n "$pitchlake_home" ] || continue
    pitchlake_major=$(pitchlake_java_major "$pitchlake_home")
    if [ "${pitchlake_major:-0}" -ge 25 ]; then
      printf '%s\n' "$pitchlake_home"
      break
    fi
  done || true # the callers may have set -e and pipefail
}

JAVA_HOME=$(pitchlake_find_java)
if [ -z "$JAVA_HOME" ]; then
  echo "pitchlake: no JDK 25 found; install one (Debian 13: apt install openjdk-25-jdk-headless; others: Temurin 25) or set JAVA_HOME to it." >&2
  exit 69
fi
export JAVA_HOME
