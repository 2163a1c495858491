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
mkdir -p "$home"/{bin,share/pitchlake,share/man/man8,doc,systemd,completions}
"$JAVA_HOME/bin/jlink" --add-modules "$(grep -v '^#' "$ROOT/deploy/modules" | paste -sd,)" --strip-debug --no-header-files --no-man-pages \
  --compress zip-6 --generate-cds-archive --output "$home/runtime"
cp "$ROOT/deploy/pitchlake" "$home/bin/"
cp -r "$ROOT/node/target/pitchlake/pitchlake.jar" "$ROOT/node/target/pitchlake/lib" "$home/share/pitchlake/"
cp "$ROOT/LICENSE" "$ROOT/README.md" "$ROOT"/docs/{doctor,handbook,quickstart,drills}.md "$home/doc/"
cp -r "$ROOT/deploy/examples" "$home/doc/examples"
cp -r "$ROOT/deploy/grafana/dashboards" "$home/doc/dashboards"
cp "$ROOT/deploy/prometheus/pitchlake.rules.yml" "$home/doc/"
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
for shell in bash zsh fish; do
  "$home/bin/pitchlake" completion $shell >"$home/completions/pitchlake.$shell" \
    || fail 70 "the program does not start; its words are above."
done
chmod -R u=rwX,go=rX "$home"
# The cache below knows its jars by their dates.
find "$home" -exec touch -hd "@$SOURCE_DATE_EPOCH" {} +

bash "$ROOT/deploy/learn.sh" "$home/bin/pitchlake" "$home/share/pitchlake/pitchlake.aot"

# pack FOLDER ENTRY... > tar: the same files give the same bytes
pack() {
  local folder=$1
  shift
  tar -C "$folder" --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" \
    --format=gnu -cf - "$@"
}

say "Writing the tarball and the Debian package"
tarball=$out/pitchlake-$version-linux-$(uname -m).tar.gz
pack "$stage" "pitchlake-$version" | gzip -n9 >"$tarball" &
packing=$!

root=$stage/root
mkdir -p "$root"/{etc/pitchlake,usr/bin,usr/lib/pitchlake/share,usr/lib/systemd/system,usr/share/{doc/pitchlake,man}}
mkdir -p "$root"/usr/share/{bash-completion/completions,zsh/vendor-completions,fish/vendor_completions.d}
cp -r "$home"/{bin,runtime} "$root/usr/lib/pitchlake/"
cp -r "$home/share/pitchlake" "$root/usr/lib/pitchlake/share/"
cp -r "$home/share/man/." "$root/usr/share/man/"
ln -s ../lib/pitchlake/bin/pitchlake "$root/usr/bin/pitchlake"
cp "$ROOT/deploy/package/pitchlake.conf" "$root/etc/pitchlake/"
cp "$ROOT/deploy/package/pitchlake.service" "$root/usr/lib/systemd/system/"
cp "$home/completions/pitchlake.bash" "$root/usr/share/bash-completion/completions/pitchlake"
cp "$home/completions/pitchlake.zsh" "$root/usr/share/zsh/vendor-completions/_pitchlake"
cp "$home/completions/pitchlake.fish" "$root/usr/share/fish/vendor_completions.d/"
cp -r "$home"/doc/. "$ROOT/deploy/package/xdp.conf" "$root/usr/share/doc/pitchlake/"
cp "$ROOT/LICENSE" "$root/usr/share/doc/pitchlake/copyright"
chmod -R u=rwX,go=rX "$root"
pack "$root" ./etc ./usr | gzip -n1 >"$stage/data.tar.gz"
(cd "$ROOT" && mvn -q -B -ntp -N -f deploy/pom.xml jdeb:jdeb -Dproject.build.outputTimestamp="$SOURCE_DATE_EPOCH" \
  -Ddeb.version="$deb_version" -Ddeb.architecture="$architecture" -Ddeb.data="$stage/data.tar.gz" \
  -Ddeb.file="$out/pitchlake_${deb_version}_$architecture.deb" </dev/null) \
  || fail 70 "jdeb failed; Maven's words are above."
wait "$packing" || fail 70 "the tarball was not written; see above."
rm -rf "$stage"
give_back_to_owner
say "Written:"
(cd "$out" && ls -sh -- *.tar.gz *.deb)
