"""A balanced web server: says who it is and whom it sees. GET /bytes/N sends N bytes that depend on nothing
but N; POST tells the SHA-256 of what came. Usage: backend.py NAME"""

import hashlib
import http.server
import random
import socket
import sys

NAME = sys.argv[1]


class Backend(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, body):
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def who(self):
        client = self.client_address[0].removeprefix("::ffff:")
        return f"I am {NAME}. You are {client}."

    def do_GET(self):
        if self.path.startswith("/bytes/"):
            count = int(self.path.removeprefix("/bytes/"))
            self.answer(random.Random(count).randbytes(count))
        else:
            self.answer(f"{self.who()}\n".encode())

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.answer(f"{self.who()} {hashlib.sha256(body).hexdigest()}\n".encode())

    def log_message(self, format, *args):
        pass


class DualStackServer(http.server.ThreadingHTTPServer):
    address_family = socket.AF_INET6

    def server_bind(self):
        self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        super().server_bind()


DualStackServer(("::", 80), Backend).serve_forever()
