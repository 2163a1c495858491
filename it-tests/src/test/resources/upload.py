"""Connects, sends as much as the kernel takes, and waits.

Usage: upload.py ADDRESS PORT SECONDS   prints "connected", then at the end "held" or the reason
"""

import select
import socket
import sys
import time

address, port, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
deadline = time.monotonic() + seconds
with socket.create_connection((address, port), timeout=10) as peer:
    print("connected", flush=True)
    peer.setblocking(False)
    sent = 0
    try:
        while time.monotonic() < deadline:
            _, writable, _ = select.select([], [peer], [], deadline - time.monotonic())
            if writable:
                sent += peer.send(bytes(16384))
        print(f"held; the kernel took {sent} bytes", flush=True)
    except OSError as problem:
        print(f"lost after {sent} bytes: {problem}", flush=True)
        sys.exit(1)
