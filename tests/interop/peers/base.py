"""base.py - what all peers have in common: options, accounts, logs, start and stop."""

import dataclasses
import os

from client import Client
from process import HarnessError, free_port, port_answers, require_free, wait_until


@dataclasses.dataclass
class Options:
    """How a peer takes part in federation.

    tls   "required", "offered", "off": STARTTLS must be used, is used with whoever can, or is
          neither offered nor used.
    auth  "external": the peer's certificate must prove a domain, dialback is off;
          "dialback": dialback is on, whatever the certificates say.
    """

    certificate: object = None  # ca.Certificate that the peer shows
    trust: str = None           # PEM file of the authorities it believes
    tls: str = "required"
    auth: str = "external"


class Peer:
    """A server for one domain. Subclasses write the configuration and launch the processes."""

    kind = "peer"
    s2s_port = 5269
    start_seconds = 30

    def __init__(self, domain, address, directory, options, more=()):
        self.domain, self.address, self.options = domain, address, options
        self.more = tuple(more)  # further domains of the same server
        self.directory = os.path.join(directory, f"{self.kind}-{domain}")
        os.makedirs(self.directory, exist_ok=True)
        self.c2s_port = free_port(address)
        self.processes = []
        self._clients = []

    def configure(self):
        """Write the configuration files."""
        raise NotImplementedError

    def launch(self):
        """Start the processes and append them to self.processes."""
        raise NotImplementedError

    def path(self, name):
        return os.path.join(self.directory, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)
        return self.path(name)

    def start(self):
        """Start the server and wait until both ports answer. Data of an earlier run is kept."""
        require_free(self.address, self.s2s_port)
        self.configure()
        self.launch()
        for port in (self.s2s_port, self.c2s_port):
            wait_until(lambda at=port: self._answers(at), self.start_seconds,
                       f"{self.kind} to listen on {self.address}:{port} (log in {self.directory})")
        return self

    def _answers(self, port):
        for process in self.processes:
            if not process.running:
                raise HarnessError(f"{process.name} ended at once; see {process.log_path}")
        return port_answers(self.address, port)

    def stop(self):
        """End the server; its directory and data stay."""
        for client in self._clients:
            client.close()
        self._clients = []
        for process in reversed(self.processes):
            process.stop()
        self.processes = []

    def restart(self):
        self.stop()
        return self.start()

    def log_in(self, user, online=True, domain=None):
        """Return a client logged in as user, created on first use."""
        client = Client(user, domain or self.domain, self.address, self.c2s_port)
        self._clients.append(client)
        if online:
            client.presence()
        return client

    def log_text(self):
        """Everything that the server has logged so far."""
        text = []
        for name in sorted(os.listdir(self.directory)):
            if name.endswith(".log"):
                with open(self.path(name), encoding="utf-8", errors="replace") as file:
                    text.append(file.read())
        return "\n".join(text)

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()
