# What lab.sh and test.sh share: words on the terminal, missing programs, the JDK and the build.
# Meant to be sourced by bash; $ROOT is the clone.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
APP=$ROOT/node/target/pitchlake/pitchlake.jar

if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
  BOLD=$'\e[1m' GREEN=$'\e[32m' RED=$'\e[31m' PLAIN=$'\e[0m'
else
  BOLD='' GREEN='' RED='' PLAIN=''
fi

say() { printf '%s==>%s %s\n' "$GREEN" "$PLAIN" "$*"; }

# fail STATUS WORDS...
fail() {
  local status=$1
  shift
  printf '%s%s:%s %s\n' "$RED" "$(basename "$0")" "$PLAIN" "$*" >&2
  exit "$status"
}

# install_missing NAME=PACKAGE... installs each package whose program or lib*.so NAME is not there.
install_missing() {
  local need name package packages=() libraries
  libraries=$(PATH=$PATH:/sbin:/usr/sbin ldconfig -p 2>/dev/null || true)
  for need in "$@"; do
    name=${need%%=*} package=${need#*=}
    case $name in
      lib*.so*) [[ $libraries == *"$name"* ]] || packages+=("$package") ;;
      *) command -v "$name" >/dev/null || packages+=("$package") ;;
    esac
  done
  [ ${#packages[@]} -gt 0 ] || return 0
  apt_install "${packages[@]}"
}

apt_install() {
  command -v apt-get >/dev/null || fail 69 "this system has no apt; please install: $*"
  [ "$(id -u)" = 0 ] || fail 77 "missing: $*. Run 'sudo apt-get install $*', or this script as root."
  say "Installing $*"
  local log
  log=$(mktemp)
  if ! (apt_install_stopped "$@") >"$log" 2>&1 </dev/null; then
    tail -n 20 "$log" >&2
    rm -f "$log"
    fail 69 "apt could not install $*; its last words are above."
  fi
  rm -f "$log"
}

# Some packages bring a service (haproxy, nginx). Tests run the programs themselves, in namespaces, so the
# services of newly installed packages are neither started now nor at the next boot. Runs in a subshell.
apt_install_stopped() {
  local policy=/usr/sbin/policy-rc.d before service
  if [ ! -e "$policy" ]; then
    trap 'rm -f /usr/sbin/policy-rc.d' EXIT
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
  fi
  before=$(ls /etc/init.d 2>/dev/null || true)
  apt-get -qq update || return
  DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=120 \
    install --no-install-recommends "$@" || return
  for service in $(ls /etc/init.d 2>/dev/null || true); do
    # Some start nothing of themselves, as iperf3, and update-rc.d calls that an error.
    grep -qxF -- "$service" <<<"$before" || ! compgen -G "/etc/rc?.d/S??$service" >/dev/null \
      || update-rc.d "$service" disable || return
  done
}

# A JDK 25 in JAVA_HOME, from the distribution when it has one, and a Maven that runs on it.
need_jdk_and_maven() {
  if ! (. "$ROOT/deploy/jdk.sh") 2>/dev/null \
    && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get -qq update >/dev/null 2>&1 || true
    if apt-cache show openjdk-25-jdk-headless >/dev/null 2>&1; then
      apt_install openjdk-25-jdk-headless
    fi
  fi
  . "$ROOT/deploy/jdk.sh"
  install_missing mvn=maven
  # Old Mavens use what JDK 25 warns of.
  export MAVEN_OPTS="--sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED ${MAVEN_OPTS:-}"
}

# Root must not leave files in a user's clone that the user cannot remove.
give_back_to_owner() {
  [ "$(id -u)" = 0 ] || return 0
  find "$ROOT" -maxdepth 2 -name target -prune -exec chown -R --reference="$ROOT/pom.xml" {} +
}

# Builds the program when a source is newer than it.
build_if_needed() {
  if [ -e "$APP" ] && [ -z "$(find "$ROOT"/pom.xml "$ROOT"/{common,sync,node}/{pom.xml,src/main} \
    -newer "$APP" -print -quit 2>/dev/null)" ]; then
    return 0
  fi
  need_jdk_and_maven
  say "Building Pitchlake (the first time Maven also fetches libraries)"
  # The tests are compiled because the modules share them as a jar, not run; the format is not checked here.
  (cd "$ROOT" && mvn -q -B -ntp -pl node -am -DskipTests package </dev/null) \
    || fail 70 "the build failed; Maven's words are above."
  touch "$APP"
  give_back_to_owner
}
