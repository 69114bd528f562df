"""A pseudo-terminal: typed input and visible output."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time

ESCAPES = re.compile(r"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b\[[0-?]*[ -/]*[@-~]|\x1b[=>()][0-9A-B]?|\r")


class Terminal:
    def __init__(self, command, env, cwd, columns=160):
        self.seen = ""
        self.pid, self.fd = pty.fork()
        size = struct.pack("HHHH", 40, columns, 0, 0)
        if self.pid == 0:
            # Before the program reads the terminal's size.
            fcntl.ioctl(0, termios.TIOCSWINSZ, size)
            os.chdir(cwd)
            os.execvpe(command[0], command, env)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, size)

    def type(self, text):
        os.write(self.fd, text.encode())

    def text(self):
        return ESCAPES.sub("", self.seen)

    def read(self, seconds):
        """Reads output for this long; False once the program has closed the terminal."""
        if not select.select([self.fd], [], [], seconds)[0]:
            return True
        try:
            raw = os.read(self.fd, 65536)
        except OSError:  # the other end is closed
            raw = b""
        self.seen += raw.decode(errors="replace")
        return bool(raw)

    def expect(self, wanted, seconds=20):
        """Waits until the text is visible, and drops the output up to it."""
        end = time.monotonic() + seconds
        while wanted not in self.text():
            assert self.read(0.2), f"{wanted!r} never came; the end was:\n{self.text()}"
            assert time.monotonic() < end, f"{wanted!r} did not come in {seconds} s:\n{self.text()}"
        before, _, after = self.text().partition(wanted)
        self.seen = after
        return before

    def quiet(self, seconds=1.5):
        """The visible text once nothing has changed for a while."""
        while True:
            before = self.seen
            more = self.read(seconds)
            if self.seen == before or not more:
                return self.text()

    def end(self):
        """The exit code."""
        end = time.monotonic() + 20
        while self.read(0.2):
            if time.monotonic() > end:
                os.kill(self.pid, signal.SIGKILL)
                sys.exit(f"it does not end:\n{self.text()}")
        _, status = os.waitpid(self.pid, 0)
        return os.waitstatus_to_exitcode(status)

    def kill(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.fd)
