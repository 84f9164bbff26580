"""process.py - run a program in the foreground, keep its output, wait for it, end it."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import threading
import time


class HarnessError(Exception):
    """Something that the harness itself needs did not happen."""


def wait_until(condition, seconds, what, interval=0.02):
    """Poll until condition() is true and return its value; say what was awaited if it never is."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise HarnessError(f"waited {seconds} s for {what}")
        time.sleep(interval)


def port_answers(address, port):
    """True if something accepts a connection there."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((address, port)) == 0


def require_free(address, port):
    """Fail with a clear sentence if a listener cannot be opened there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            raise HarnessError(
                f"{address}:{port} cannot be used ({error.strerror}): is another server, or another "
                f"run of this program, listening there?") from error


def free_port(address="127.0.0.1"):
    """A port that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind((address, 0))
        return probe.getsockname()[1]


class Process:
    """One child process. Its standard output and error go to a log file; lines can be awaited."""

    def __init__(self, name, argv, directory, env=None, interactive=False):
        self.name = name
        self.log_path = os.path.join(directory, name + ".log")
        self._condition = threading.Condition()
        self._lines = []
        self._log = open(self.log_path, "ab", buffering=0)
        environment = dict(os.environ, HOME=directory, LC_ALL="C.UTF-8")
        environment.update(env or {})
        self._child = subprocess.Popen(
            argv, cwd=directory, env=environment, start_new_session=True,
            stdin=subprocess.PIPE if interactive else subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for raw in self._child.stdout:
            self._log.write(raw)
            with self._condition:
                self._lines.append(raw.decode("utf-8", "replace").rstrip("\r\n"))
                self._condition.notify_all()
        with self._condition:
            self._condition.notify_all()

    @property
    def pid(self):
        return self._child.pid

    @property
    def running(self):
        return self._child.poll() is None

    def mark(self):
        """The number of lines seen so far: a starting point for wait_line()."""
        with self._condition:
            return len(self._lines)

    def lines(self, start=0):
        with self._condition:
            return list(self._lines[start:])

    def write_line(self, text):
        self._child.stdin.write(text.encode() + b"\n")
        self._child.stdin.flush()

    def wait_line(self, accept, seconds, start=0, what=None):
        """Return the first line at or after `start` that a regular expression or function accepts."""
        if isinstance(accept, str):
            pattern = re.compile(accept)
            what = what or f"/{accept}/"
            accept = pattern.search
        deadline = time.monotonic() + seconds
        with self._condition:
            while True:
                for line in self._lines[start:]:
                    if accept(line):
                        return line
                start = len(self._lines)
                ended = not self.running and not self._reader.is_alive()
                if ended or time.monotonic() > deadline:
                    tail = "\n    ".join(self._lines[-5:]) or "(nothing)"
                    why = "ended before it said" if ended else f"did not say within {seconds} s:"
                    raise HarnessError(f"{self.name} {why} {what or 'the line'}; last lines:\n    {tail}")
                self._condition.wait(0.1)

    def wait_exit(self, seconds):
        """Wait for the end and return the exit status."""
        try:
            status = self._child.wait(seconds)
        except subprocess.TimeoutExpired as error:
            raise HarnessError(f"{self.name} did not end within {seconds} s") from error
        self._reader.join(2)
        return status

    def send_signal(self, number):
        self._child.send_signal(number)

    def stop(self, number=signal.SIGTERM, seconds=8):
        """End the process and whatever it started; return its exit status."""
        if self.running:
            self._child.send_signal(number)
            try:
                self._child.wait(seconds)
            except subprocess.TimeoutExpired:
                pass
        try:
            os.killpg(self._child.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass
        status = self._child.wait(seconds)
        self._reader.join(2)
        if self._child.stdin:
            # What was written last may lie there still, for a program that was killed.
            with contextlib.suppress(BrokenPipeError):
                self._child.stdin.close()
        self._log.close()
        return status

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def run(argv, directory=None, seconds=60, env=None, stdin=None):
    """Run a program to its end; return (exit status, output and errors together)."""
    environment = dict(os.environ, LC_ALL="C.UTF-8")
    environment.update(env or {})
    try:
        done = subprocess.run(argv, cwd=directory, env=environment, timeout=seconds, input=stdin,
                              stdin=subprocess.DEVNULL if stdin is None else None,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              start_new_session=True, check=False)
    except subprocess.TimeoutExpired as error:
        raise HarnessError(f"{argv[0]} did not end within {seconds} s") from error
    return done.returncode, done.stdout.decode("utf-8", "replace")
