#!/bin/sh
# What the nodes of docker-compose.yml share, made where it is missing: in /srv/key the cluster's key; in /srv/admin
# the operators' token and a certificate for both nodes, which is its own authority. The group may read the token and
# the certificate (Prometheus), the nodes alone the keys.
set -eu
umask 077

[ -s /srv/key/cluster.key ] || head -c 32 /dev/urandom >/srv/key/cluster.key

cd /srv/admin
if ! [ -s token ]; then
  head -c 32 /dev/urandom | base64 >token.new
  chmod 640 token.new
  mv token.new token
fi
# One that ends within a week is made anew; the nodes read it when they start.
if ! openssl x509 -checkend 604800 -noout -in node.pem >/dev/null 2>&1; then
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 398 -subj /CN=pitchlake \
    -addext subjectAltName=DNS:node-a,DNS:node-b,DNS:localhost,IP:127.0.0.1 \
    -addext extendedKeyUsage=serverAuth -keyout node.key.new -out node.pem.new 2>/dev/null
  chmod 640 node.pem.new
  mv node.key.new node.key
  mv node.pem.new node.pem
fi
