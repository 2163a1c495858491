# An SSH client as far as the server's version (RFC 4253 section 4.2): says its own, and takes lines until one begins with
# SSH-, for a number of seconds. Usage: wait_for_version.py ADDRESS SECONDS
import socket
import sys
import time

connection = socket.create_connection((sys.argv[1], 22), timeout=5)
connection.sendall(b"SSH-2.0-OpenSSH_9.2p1\r\n")
end = time.monotonic() + float(sys.argv[2])
lines = connection.makefile("rb")
heard = 0
while time.monotonic() < end:
    line = lines.readline()
    if not line.endswith(b"\r\n") or line.startswith(b"SSH-"):
        sys.exit(f"heard {line!r} after {heard} lines")
    heard += 1
print(heard, "lines, no version", flush=True)
