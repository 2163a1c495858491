"""Connects to each address at once and says which connections the kernel completed.

Usage: connect.py PORT ADDRESS...   prints one line for each: ADDRESS open | ADDRESS REASON
"""

import concurrent.futures
import socket
import sys

PORT = int(sys.argv[1])


def connect(address):
    try:
        socket.create_connection((address, PORT), timeout=10).close()
        return f"{address} open"
    except OSError as problem:
        return f"{address} {problem}"


with concurrent.futures.ThreadPoolExecutor(64) as pool:
    for line in pool.map(connect, sys.argv[2:]):
        print(line)
