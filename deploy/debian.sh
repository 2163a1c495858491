#!/usr/bin/env bash
# Makes a small Debian with systemd, for the tests that boot one: deploy/debian.sh FILE.tar
#
# Of this machine's release, with what the package and the recipes for backends depend on and nothing
# else. Does nothing when FILE.tar is there.
set -euo pipefail
. "$(dirname "$(readlink -f "$0")")/prepare.sh"

[ $# = 1 ] || fail 64 "one word is wanted: the tar archive to write"
[ ! -e "$1" ] || exit 0
[ "$(id -u)" = 0 ] || fail 77 "mmdebstrap needs root here; run: sudo deploy/debian.sh $1"
release=$(. /etc/os-release && [ "$ID" = debian ] && echo "${VERSION_CODENAME:-}") || release=
[ -n "$release" ] || fail 69 "this machine is no Debian release, so its packages cannot make one."
install_missing mmdebstrap=mmdebstrap
say "Making a Debian to boot: $1"
part=$1.$$.part
trap 'rm -f "$part" "$part.log"' EXIT
mmdebstrap --quiet --format=tar --variant=minbase --include=systemd-sysv,adduser,libpcap0.8 --dpkgopt=force-unsafe-io \
  --dpkgopt='path-exclude=/usr/share/locale/*' "$release" "$part" </dev/null >"$part.log" 2>&1 \
  || { tail -n 20 "$part.log" >&2 && fail 70 "mmdebstrap failed; its last words are above."; }
mv "$part" "$1"
