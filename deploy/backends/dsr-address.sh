#!/bin/sh
# Makes this machine a backend for direct server return, until it is booted again.
#
#   dsr-address.sh add ADDRESS...       the servers' addresses, IPv4 or IPv6
#   dsr-address.sh remove ADDRESS...
#
# The addresses are put on lo: the kernel takes what is sent to them and answers from them, but tells nobody on
# the segment that they are here. IPv4 needs two settings for that, IPv6 does so anyway.
set -eu

usage() { sed -n '2,/^set/s/^# \{0,1\}//p' "$0"; }

fail() {
  status=$1
  shift
  echo "dsr-address.sh: $*" >&2
  exit "$status"
}

case ${1:-} in
  add | remove) what=$1 ;;
  -h | --help | help) usage && exit 0 ;;
  *) usage >&2 && exit 64 ;;
esac
shift
[ $# -gt 0 ] || fail 64 "$what what? Name the servers' addresses"
for address in "$@"; do
  case $address in
    */*) fail 64 "$address: write the address alone, such as ${address%%/*}" ;;
    *[!0-9a-fA-F.:]*) fail 64 "$address is no address, such as 192.168.2.10 or 2001:db8:1::10" ;;
  esac
done
[ "$(id -u)" = 0 ] || fail 77 "lo's addresses are root's to change"

for address in "$@"; do
  case $address in
    *:*) alias=$address/128 dad=nodad ;;
    *) alias=$address/32 dad= ;;
  esac
  # shellcheck disable=SC2086  # no word is no word
  if [ "$what" = remove ]; then
    ip addr del "$alias" dev lo
  else
    # The settings first: an address that came before them would be told of.
    if [ -z "$dad" ]; then
      echo 1 >/proc/sys/net/ipv4/conf/all/arp_ignore
      echo 2 >/proc/sys/net/ipv4/conf/all/arp_announce
    fi
    ip addr replace "$alias" dev lo $dad
  fi
done
