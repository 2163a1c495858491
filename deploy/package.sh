#!/usr/bin/env bash
# Makes what people install: a tarball that brings its own Java runtime, and a Debian package.
#
#   deploy/package.sh [--out DIR]     default target/package
#
# Writes pitchlake-VERSION-linux-ARCH.tar.gz and pitchlake_VERSION_ARCH.deb. In both: LICENSE, the
# notices of what is inside (THIRD-PARTY.txt), and a CycloneDX bill of materials (bom.json). All files
# have the date SOURCE_DATE_EPOCH, by default the commit's.
set -euo pipefail
. "$(dirname "$(readlink -f "$0")")/prepare.sh"

usage() { sed -n '2,/^set/s/^# \{0,1\}//p' "$ROOT/deploy/package.sh"; }

# What the program and its libraries ask of the JDK; a module that is missing shows in PackageIT.
MODULES=java.base,java.logging,java.management,java.naming,java.net.http,java.xml,jdk.management,jdk.net,jdk.unsupported

out=$ROOT/target/package
while [ $# -gt 0 ]; do
  case $1 in
    --out)
      [ $# -ge 2 ] || fail 64 "--out wants a folder"
      out=$2
      shift
      ;;
    -h | --help | help) usage && exit 0 ;;
    *) usage >&2 && exit 64 ;;
  esac
  shift
done
[ "$(uname -s)" = Linux ] || fail 69 "packages are made on Linux, for the architecture they are made on."

build_if_needed
need_jdk_and_maven
bom=$ROOT/node/target/bom.json
if [ ! -e "$bom" ] || [ "$APP" -nt "$bom" ]; then
  say "Collecting licences and the bill of materials"
  (cd "$ROOT" && mvn -q -B -ntp -pl node -am -DskipTests -Ppackage package </dev/null) \
    || fail 70 "Maven could not collect them; its words are above."
fi
mkdir -p "$out"
out=$(readlink -f "$out")
stage=$out/stage
rm -rf "$stage" "$out"/*.deb "$out"/*.tar.gz
if [ -z "${SOURCE_DATE_EPOCH:-}" ]; then
  SOURCE_DATE_EPOCH=$(git -C "$ROOT" log -1 --format=%ct 2>/dev/null || date +%s)
fi
export SOURCE_DATE_EPOCH
version=$(sed -n 's:^  <version>\(.*\)</version>:\1:p' "$ROOT/pom.xml" | head -n 1)
# A tilde sorts before the release in Debian's order.
deb_version=${version/-SNAPSHOT/\~snapshot}
case $(uname -m) in
  x86_64) architecture=amd64 ;;
  aarch64) architecture=arm64 ;;
  *) architecture=$(uname -m) ;;
esac

say "Linking a Java runtime"
home=$stage/pitchlake-$version
mkdir -p "$home"/{bin,share/pitchlake,share/man/man8,doc,systemd}
"$JAVA_HOME/bin/jlink" --add-modules "$MODULES" --strip-debug --no-header-files --no-man-pages \
  --compress zip-6 --generate-cds-archive --output "$home/runtime"
cp "$ROOT/deploy/pitchlake" "$home/bin/"
cp -r "$ROOT/node/target/pitchlake/pitchlake.jar" "$ROOT/node/target/pitchlake/lib" "$home/share/pitchlake/"
cp "$ROOT/LICENSE" "$ROOT/README.md" "$home/doc/"
cp -r "$ROOT/deploy/examples" "$home/doc/examples"
cp "$bom" "$ROOT/node/target/THIRD-PARTY.txt" "$home/doc/"
# The notices that the libraries themselves bring; among them are the texts of the Apache licence and of the LGPL,
# under which the others are used.
for jar in "$home"/share/pitchlake/lib/*.jar; do
  { "$JAVA_HOME/bin/jar" tf "$jar" | grep -iE '^(META-INF/(resources/webjars/[^/]+/[^/]+/)?)?(LICENSE|NOTICE|COPYING|AL2\.0|LGPL2\.1)[^/]*$' || true; } | sort | while read -r entry; do
    printf '\n==== %s: %s\n\n' "$(basename "$jar")" "$entry"
    (cd "$out" && rm -rf entry && mkdir entry && cd entry && "$JAVA_HOME/bin/jar" xf "$jar" "$entry" && cat "$entry")
  done
done >>"$home/doc/THIRD-PARTY.txt"
rm -rf "$out/entry"
cp "$ROOT"/deploy/package/pitchlake.conf "$home/doc/examples/empty.conf"
gzip -n9c "$ROOT/deploy/package/pitchlake.8" >"$home/share/man/man8/pitchlake.8.gz"
cp "$ROOT"/deploy/package/pitchlake.service "$ROOT"/deploy/package/xdp.conf "$home/systemd/"
chmod -R u=rwX,go=rX "$home"
# The cache below knows its jars by their dates.
find "$home" -exec touch -hd "@$SOURCE_DATE_EPOCH" {} +

# learn CACHE: a node starts on a wire of its own and ends; what it has loaded is laid out in CACHE. In a network
# namespace; prints what failed.
learn() {
  local conf=$out/learn.conf log=$out/learn.log node
  ip link add eth0 type veth peer name eth1
  ip link set eth0 up
  ip link set eth1 up
  printf '%s\n' 'interface 1 { name eth0 access ring }' \
    'network 1 { addr 192.0.2.0 mask 24 real 192.0.2.4 tarpit enable interface 1 }' \
    'register networks 1 enable networks 1' >"$conf"
  PITCHLAKE_JAVA_OPTS="-XX:AOTCacheOutput=$1" "$home/bin/pitchlake" run -c "$conf" >"$log" 2>&1 &
  node=$!
  until grep -q 'ready:' "$log"; do
    kill -0 "$node" 2>/dev/null || { cat "$log" && return 1; }
    sleep 0.1
  done
  kill "$node"
  wait "$node" && [ -s "$1" ] || { cat "$log" && return 1; }
  rm -f "$conf" "$log"
}

say "Laying out what a start loads"
namespace=(unshare --net)
[ "$(id -u)" = 0 ] || namespace+=(--user --map-root-user)
cache=$out/pitchlake.aot
rm -f "$cache"
export -f learn
export out home
PATH=$PATH:/usr/sbin:/sbin "${namespace[@]}" bash -euc 'learn "$1"' learn "$cache" >&2 \
  || fail 70 "a node does not start in a network namespace of its own; its words are above."
mv "$cache" "$home/share/pitchlake/"
chmod 644 "$home/share/pitchlake/pitchlake.aot"

# pack FOLDER ENTRY... > tar: the same files give the same bytes
pack() {
  local folder=$1
  shift
  tar -C "$folder" --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" \
    --format=gnu -cf - "$@"
}

say "Writing the tarball"
tarball=$out/pitchlake-$version-linux-$(uname -m).tar.gz
pack "$stage" "pitchlake-$version" | gzip -n9 >"$tarball"

say "Writing the Debian package"
root=$stage/root
mkdir -p "$root"/{etc/pitchlake,usr/bin,usr/lib/pitchlake/share,usr/lib/systemd/system,usr/share/{doc/pitchlake,man}}
cp -r "$home"/{bin,runtime} "$root/usr/lib/pitchlake/"
cp -r "$home/share/pitchlake" "$root/usr/lib/pitchlake/share/"
cp -r "$home/share/man/." "$root/usr/share/man/"
ln -s ../lib/pitchlake/bin/pitchlake "$root/usr/bin/pitchlake"
cp "$ROOT/deploy/package/pitchlake.conf" "$root/etc/pitchlake/"
cp "$ROOT/deploy/package/pitchlake.service" "$root/usr/lib/systemd/system/"
cp -r "$home"/doc/. "$ROOT/deploy/package/xdp.conf" "$root/usr/share/doc/pitchlake/"
cp "$ROOT/LICENSE" "$root/usr/share/doc/pitchlake/copyright"
chmod -R u=rwX,go=rX "$root"
pack "$root" ./etc ./usr | gzip -n1 >"$stage/data.tar.gz"
(cd "$ROOT" && mvn -q -B -ntp -N -f deploy/pom.xml jdeb:jdeb -Dproject.build.outputTimestamp="$SOURCE_DATE_EPOCH" \
  -Ddeb.version="$deb_version" -Ddeb.architecture="$architecture" -Ddeb.data="$stage/data.tar.gz" \
  -Ddeb.file="$out/pitchlake_${deb_version}_$architecture.deb" </dev/null) \
  || fail 70 "jdeb failed; Maven's words are above."
rm -rf "$stage"
give_back_to_owner
say "Written:"
(cd "$out" && ls -sh -- *.tar.gz *.deb)
