"""An agent for health checks: tells each connection on port 8080 what stands in FILE, as HAProxy's agent protocol has it.
Usage: agent.py FILE"""

import socketserver
import sys


class Agent(socketserver.BaseRequestHandler):
    def handle(self):
        with open(sys.argv[1], "rb") as state:
            self.request.sendall(state.read())


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True


Server(("", 8080), Agent).serve_forever()
