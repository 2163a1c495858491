"""A living machine of the lab: a web server on port 80 that says who it is and whom it sees, and an echo
on port 7 (RFC 862). Usage: living-host.py NAME"""

import http.server
import os
import selectors
import socket
import sys
import threading

NAME = sys.argv[1]


class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        client = self.client_address[0].removeprefix("::ffff:")
        body = f"I am {NAME}, and I am real. You are {client}.\n".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format, *args):
        pass


class DualStackServer(http.server.ThreadingHTTPServer):
    address_family = socket.AF_INET6

    def server_bind(self):
        self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        super().server_bind()


def echo():
    # Its thread alone: a drill measures the pair, and a leaving JVM kept this one waiting for 7 ms beside it.
    try:
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    except PermissionError:
        pass
    listener = socket.create_server(("::", 7), family=socket.AF_INET6, dualstack_ipv6=True, backlog=256)
    selector = selectors.DefaultSelector()
    selector.register(listener, selectors.EVENT_READ)
    while True:
        for key, _ in selector.select():
            if key.fileobj is listener:
                connection, _ = listener.accept()
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                selector.register(connection, selectors.EVENT_READ)
                continue
            try:
                said = key.fileobj.recv(65536)
                if said:
                    key.fileobj.sendall(said)
                    continue
            except OSError:
                pass
            selector.unregister(key.fileobj)
            key.fileobj.close()


threading.Thread(target=echo, daemon=True).start()
DualStackServer(("::", 80), Page).serve_forever()
