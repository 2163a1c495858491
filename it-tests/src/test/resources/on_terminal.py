"""Runs a program on a pseudo terminal, types to it and waits for what it writes.

  on_terminal.py ROWSxCOLUMNS STEP... -- PROGRAM ARGUMENT...

A STEP is `expect TEXT`, `type TEXT` (with Python's escapes) or `size ROWSxCOLUMNS`. Everything the
program has written goes to standard output; the exit status is the program's, or 124 when something
expected does not come within 30 seconds.
"""
import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time

PATIENCE_SECONDS = 30


def resize(fd, text):
    rows, columns = (int(part) for part in text.split("x"))
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def main():
    cut = sys.argv.index("--")
    size, steps, program = sys.argv[1], sys.argv[2:cut], sys.argv[cut + 1 :]
    child, fd = pty.fork()
    if child == 0:
        # The terminal has its size before the program asks for it.
        resize(0, size)
        os.execvp(program[0], program)
    written = b""
    seen = 0

    def read(seconds):
        nonlocal written
        ready, _, _ = select.select([fd], [], [], seconds)
        if not ready:
            return True
        try:
            data = os.read(fd, 65536)
        except OSError:
            data = b""
        written += data
        os.write(1, data)
        return bool(data)

    for step in steps:
        verb, _, text = step.partition(" ")
        if verb == "type":
            os.write(fd, text.encode().decode("unicode_escape").encode())
        elif verb == "size":
            resize(fd, text)
        elif verb == "expect":
            until = time.monotonic() + PATIENCE_SECONDS
            while True:
                found = written.find(text.encode(), seen)
                if found >= 0:
                    seen = found + len(text.encode())
                    break
                if time.monotonic() > until or not read(0.2):
                    os.write(1, f"\n--- '{text}' did not come\n".encode())
                    os.kill(child, signal.SIGKILL)
                    os.waitpid(child, 0)
                    sys.exit(124)
    until = time.monotonic() + PATIENCE_SECONDS
    while read(0.2):
        if time.monotonic() > until:
            os.write(1, b"\n--- it does not end\n")
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            sys.exit(124)
    _, status = os.waitpid(child, 0)
    sys.exit(os.waitstatus_to_exitcode(status))


main()
