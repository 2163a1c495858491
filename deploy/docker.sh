#!/usr/bin/env bash
# A Docker engine and the base image, where there is none; docker-compose.yml does the rest.
#
#   deploy/docker.sh engine    install and start an engine, with compose and buildx (as root, on Debian 12 or newer)
#   deploy/docker.sh base      make debian:trixie-slim from this machine's own Debian mirror, if it can neither be
#                              found nor pulled
#   deploy/docker.sh image     both of these, then build the program here and its image from that
#
# On a machine that has Docker and reaches a registry nothing of this is needed: docker compose up --build.
set -euo pipefail
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/prepare.sh"

BASE_IMAGE=debian:trixie-slim
DOCKER_START_SECONDS=30

docker_runs() { command -v docker >/dev/null && docker info >/dev/null 2>&1; }

# The Debian mirror that this machine itself installs from.
debian_mirror() {
  apt-get indextargets --format '$(REPO_URI) $(ORIGIN) $(LABEL) $(COMPONENT)' 'Created-By: Packages' \
    | awk '$2 == "Debian" && $3 == "Debian" && $4 == "main" { print $1; exit }'
}

# Debian 12's engine is too old for compose files of today, so it comes from trixie, of which nothing else is
# ever installed by itself: pinned at 100.
install_engine() {
  local codename mirror packages=(docker.io docker-cli containerd docker-compose docker-buildx)
  codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
  if [ "$codename" = bookworm ]; then
    say "Adding trixie to apt's sources, pinned below everything else"
    apt-get -qq update >/dev/null
    mirror=$(debian_mirror)
    [ -n "$mirror" ] || fail 69 "apt names no Debian mirror here; please install Docker with compose and buildx."
    printf 'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] %s trixie main\n' "$mirror" \
      >/etc/apt/sources.list.d/pitchlake-trixie.list
    printf 'Package: *\nPin: release n=trixie\nPin-Priority: 100\n' >/etc/apt/preferences.d/pitchlake-trixie
    packages=("${packages[@]/%//trixie}")
  fi
  apt_install iptables "${packages[@]}"
}

# An engine that answers; installed and started when none does.
need_engine() {
  local waited log=/var/log/pitchlake-docker.log
  ! docker_runs || return 0
  [ "$(id -u)" = 0 ] || fail 77 "no Docker engine answers. Start yours, or run 'sudo deploy/docker.sh engine'."
  PATH=$PATH:/usr/sbin:/sbin
  command -v dockerd >/dev/null && docker compose version >/dev/null 2>&1 || install_engine
  hash -r
  say "Starting the Docker engine; its log is $log"
  ENGINE_STARTED=yes
  if [ -d /run/systemd/system ]; then
    systemctl start docker
  else
    rm -f /run/docker.pid
    setsid nohup dockerd --pidfile /run/docker.pid </dev/null >"$log" 2>&1 &
  fi
  for ((waited = 0; waited < DOCKER_START_SECONDS * 10; waited++)); do
    ! docker_runs || return 0
    sleep 0.1
  done
  tail -n 10 "$log" >&2 || true
  fail 69 "the Docker engine did not start; its last words are above."
}

# Ends the engine that need_engine has started in this shell, and no other.
stop_engine() {
  local engine
  [ "${ENGINE_STARTED:-no}" = yes ] || return 0
  ENGINE_STARTED=no
  say "Stopping the Docker engine"
  if [ -d /run/systemd/system ]; then
    systemctl stop docker.socket docker.service
  elif engine=$(cat /run/docker.pid 2>/dev/null); then
    kill "$engine" 2>/dev/null || return 0
    timeout "$DOCKER_START_SECONDS" tail --pid="$engine" -f /dev/null || say "The Docker engine takes long to stop"
  fi
}

# Builds start from this image; machines without a registry make it from packages.
need_base_image() {
  local mirror
  ! docker image inspect "$BASE_IMAGE" >/dev/null 2>&1 || return 0
  ! timeout 60 docker pull -q "$BASE_IMAGE" >/dev/null 2>&1 || return 0
  [ "$(id -u)" = 0 ] || fail 77 "$BASE_IMAGE can neither be found nor pulled. Run 'sudo deploy/docker.sh base' to make it."
  install_missing mmdebstrap=mmdebstrap
  mirror=$(debian_mirror)
  [ -n "$mirror" ] || fail 69 "apt names no Debian mirror here, so $BASE_IMAGE cannot be made."
  say "Making $BASE_IMAGE from Debian's packages"
  mmdebstrap --quiet --variant=minbase --dpkgopt=path-exclude=/usr/share/man/* --dpkgopt=path-exclude=/usr/share/locale/* \
    --dpkgopt=path-exclude=/usr/share/doc/* --dpkgopt=path-include=/usr/share/doc/*/copyright \
    trixie - "deb $mirror trixie main" \
    | docker import -c 'CMD ["bash"]' - "$BASE_IMAGE" >/dev/null
}

# The image of the program that lies built in this clone.
build_image() {
  need_engine
  need_base_image
  build_if_needed
  say "Building the image pitchlake"
  (cd "$ROOT" && JAR_FROM=host docker compose build --quiet) || fail 70 "the image was not built; see above."
}

if [ "${BASH_SOURCE[0]}" = "$0" ]; then
  case ${1:-} in
    engine) need_engine ;;
    base) need_engine && need_base_image ;;
    image) build_image ;;
    -h | --help | help) sed -n '2,/^set/s/^# \{0,1\}//p' "$ROOT/deploy/docker.sh" ;;
    *) sed -n '2,/^set/s/^# \{0,1\}//p' "$ROOT/deploy/docker.sh" >&2 && exit 64 ;;
  esac
fi
