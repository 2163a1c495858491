"""What a client of the pair notices, from the file /tmp/client-ready to the file /tmp/client-stop: a ping to the pair's
address and eight bytes to a balanced echo every 10 ms, a new balanced web request every 50 ms, and a trapped connection
that is kept. The word that it is given begins the segment's addresses. Prints one line, NAME=NUMBER ...; gaps are the longest times without an answer, in milliseconds."""

import os
import socket
import struct
import sys
import threading
import time
import urllib.request

READY, STOP = "/tmp/client-ready", "/tmp/client-stop"
VIRT, SERVER, TRAP = (sys.argv[1] + last for last in ("5", "10", "77"))
ended = threading.Event()
seen = {"ping_gap": 0, "stream_gap": 0, "stream_broken": 0, "web_good": 0, "web_bad": 0, "trap_held": 0}


def longest(name, since):
    now = time.monotonic()
    seen[name] = max(seen[name], int((now - since) * 1000))
    return now


def ping():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_ICMP) as s:
        s.settimeout(0.01)
        heard, number = time.monotonic(), 0
        while not ended.is_set():
            number = (number + 1) % 65536
            try:
                s.sendto(struct.pack("!BBHHH", 8, 0, 0, 0, number), (VIRT, 0))
            except OSError:
                pass  # nobody answers ARP at the moment
            try:
                s.recv(2048)
                heard = longest("ping_gap", heard)
                time.sleep(0.01)
            except OSError:
                pass
        longest("ping_gap", heard)


def stream(s):
    heard = time.monotonic()
    s.settimeout(0.1)
    try:
        while not ended.is_set():
            s.sendall(b"8 bytes.")
            left = 8
            while left and not ended.is_set():
                try:
                    left -= len(s.recv(left)) or 1 / 0
                except socket.timeout:
                    pass
            heard = longest("stream_gap", heard)
            time.sleep(0.01)
        longest("stream_gap", heard)
    except (OSError, ZeroDivisionError):
        seen["stream_broken"] = 1


def web():
    while not ended.is_set():
        try:
            urllib.request.urlopen(f"http://{SERVER}/", timeout=5).read()
            seen["web_good"] += 1
        except OSError:
            seen["web_bad"] += 1
        time.sleep(0.05)


trap = socket.create_connection((TRAP, 22), timeout=5)
echo = socket.create_connection((SERVER, 7), timeout=5)
threads = [threading.Thread(target=ping), threading.Thread(target=stream, args=(echo,)), threading.Thread(target=web)]
for thread in threads:
    thread.start()
open(READY, "w").close()
until = time.monotonic() + 60
while not os.path.exists(STOP) and time.monotonic() < until:
    time.sleep(0.05)
ended.set()
for thread in threads:
    thread.join()
try:
    trap.sendall(b"are you still there?\r\n")
    trap.settimeout(1)
    trap.recv(1)
except socket.timeout:
    seen["trap_held"] = 1
except OSError:
    pass
os.remove(STOP)
os.remove(READY)
print(*(f"{name}={number}" for name, number in seen.items()))
