# A thousand hostile requests to a node's HTTP at 127.0.0.1:7802: garbage, headers and bodies that
# never end, requests that drip, answers that nobody reads, changes without a token. Prints how many
# of each were tried; the node cuts or refuses all of them. Bounded in count and time.
import socket
import sys
import time

EACH = 200
BEGUN = time.monotonic()
LONGEST = 40


def connect():
    s = socket.create_connection(("127.0.0.1", 7802), timeout=2)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    return s


def attempt(send):
    try:
        s = connect()
        send(s)
        return s
    except OSError:
        return None


def garbage(s):
    s.sendall(bytes((i * 7919 + 13) & 0xFF for i in range(2000)))


def endless_headers(s):
    s.sendall(b"GET /api/v1/status HTTP/1.1\r\nHost: 127.0.0.1\r\n")
    for i in range(200):
        s.sendall(b"X-%d: " % i + b"x" * 500 + b"\r\n")


def endless_body(s):
    s.sendall(b"POST /api/v1/failover HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000000000\r\n\r\n")
    for i in range(50):
        s.sendall(b"x" * 4096)


def drip(s):
    s.sendall(b"GET /api/v1/addr")


def never_reads(s):
    s.sendall(b"GET /api/v1/addresses?limit=10000 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")


held = []
for kind in (garbage, endless_headers, endless_body, drip, never_reads):
    tried = 0
    for i in range(EACH):
        if time.monotonic() - BEGUN > LONGEST:
            sys.exit("took too long")
        s = attempt(kind)
        tried += 1
        if s is not None:
            held.append(s)
        if len(held) > 60:
            held.pop(0).close()
        time.sleep(0.005)
    print(kind.__name__, tried, flush=True)
print("done after %.1f s" % (time.monotonic() - BEGUN), flush=True)
