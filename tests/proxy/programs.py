"""programs.py - runs xmppfed-proxy and echo-host for tests: files in, lines out."""

import json
import os
import queue
import shutil
import signal
import subprocess
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
DATA = os.environ.get("TEST_DATA", os.path.join(HERE, "..", "data"))

os.environ.setdefault("LSAN_OPTIONS",
                      f"suppressions={os.path.join(HERE, 'lsan.supp')}:print_suppressions=0")

CONFIG = """
domains = ( {{ name = "{domain}"; certificate = "own.pem"; key = "own.key"; }} );
trust = "ca.pem";
partners = "partners.json";
store = "contacts.sqlite";
outside = {{ listen = ( {{ address = "127.0.0.1"; port = 0; }} ); }};
inside = {{ listen = ( {inside} );
    certificate = "own.pem"; key = "own.key"; trust = "ca.pem";
    hosts = ( {{ name = "{domain}"; secret = "secret"; }} ); }};
dns = {{ servers = ( "127.0.0.1:9" ); }};
log = {{ format = "json"; level = "debug"; }};
admin = {{ path = "admin.sock"; }};
"""

INSIDE_SOCKET = '{ path = "inside.sock"; tls = false; }'
INSIDE_TLS = '{ address = "127.0.0.1"; port = 0; tls = true; }'


class Failure(Exception):
    """The program under test did not do what it should."""


class Program:
    """A child process whose lines of JSON are awaited as dictionaries."""

    def __init__(self, argv, **how):
        self.child = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                      stderr=subprocess.STDOUT, text=True, **how)
        self.lines = queue.Queue()
        self.seen = []
        threading.Thread(target=self._read, args=(self.child, self.lines), daemon=True).start()

    @staticmethod
    def _read(child, lines):
        """The end of a child that was started again must not be taken for that of the next."""
        for line in child.stdout:
            lines.put(line.rstrip("\n"))
        lines.put(None)

    def tail(self):
        return "\n".join(line[:300] for line in self.seen[-30:])

    def wait(self, seconds=15, **wanted):
        """Take lines until one has these fields; return it."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                line = self.lines.get(timeout=max(0.01, deadline - time.monotonic()))
            except queue.Empty:
                line = None
            if line is None:
                raise Failure(f"no line with {wanted}; the last lines:\n{self.tail()}")
            self.seen.append(line)
            try:
                found = json.loads(line)
            except ValueError:
                continue
            if all(found.get(key) == value for key, value in wanted.items()):
                return found

    def write(self, text):
        self.child.stdin.write(text + "\n")
        self.child.stdin.flush()

    def end(self, number=signal.SIGTERM):
        """End the program and return its exit status; what it still wrote is in seen."""
        if self.child.poll() is None:
            self.child.send_signal(number)
        try:
            status = self.child.wait(20)
        except subprocess.TimeoutExpired as error:
            self.child.kill()
            raise Failure("it does not end; its last lines:\n" + self.tail()) from error
        while (line := self.lines.get(timeout=5)) is not None:
            self.seen.append(line)
        return status


class Proxy(Program):
    """xmppfed-proxy for one domain, with its files in a directory of its own."""

    def __init__(self, folder, domain, certificate, inside=INSIDE_SOCKET, store=None):
        """With store, the address of one, the partners are in it and in no file."""
        self.folder, self.domain = folder, domain
        os.makedirs(folder)
        shutil.copy(os.path.join(DATA, certificate + ".pem"), self.path("own.pem"))
        shutil.copy(os.path.join(DATA, certificate + ".key"), self.path("own.key"))
        shutil.copy(os.path.join(DATA, "ca.pem"), self.path("ca.pem"))
        self.put("secret", "inside secret\n")
        config = CONFIG.format(domain=domain, inside=inside)
        if store:
            config = config.replace('partners = "partners.json";\nstore = "contacts.sqlite";',
                                    f'store = "{store}";')
        self.put("proxy.conf", config)
        self.set_partners([])

    def path(self, name):
        return os.path.join(self.folder, name)

    def put(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)

    def set_partners(self, partners, federation=True):
        access = {"Scope": "global", "EnableFederationAccess": True, "EnableXmppAccess": True}
        self.put("partners.json", json.dumps({"AllowFederatedUsers": federation,
                                              "ExternalAccessPolicies": [access],
                                              "Partners": partners}))

    def start(self, before=(), **how):
        """Run it, by the command before if any; the ready line tells the ports."""
        super().__init__([*before, os.environ["XMPPFED_PROXY"], self.path("proxy.conf")], **how)
        ready = self.wait(event="READY")
        self.outside = ready["outside"]
        self.inside = ready["inside"]
        self.metrics = ready.get("metrics")
        return self

    def reload(self, event="RELOADED"):
        self.child.send_signal(signal.SIGHUP)
        return self.wait(event=event)


class Host(Program):
    """echo-host behind a proxy."""

    def __init__(self, proxy, *options):
        self.domain = proxy.domain
        super().__init__([os.environ["ECHO_HOST"], "--domain", proxy.domain, "--connect",
                          proxy.inside, "--secret-file", proxy.path("secret"), *options])

    def send(self, **stanza):
        self.write(json.dumps({"send": stanza}))


def finish(*programs):
    """End programs in order; all must end well and without a report of a sanitizer."""
    for program in programs:
        status = program.end()
        text = "\n".join(program.seen)
        if status != 0 or "Sanitizer" in text or "runtime error" in text:
            raise Failure(f"status {status}:\n{text}")
