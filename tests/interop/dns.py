"""dns.py - Knot DNS with the zones of the test domains, on a loopback address of its own.

Every domain gets an SRV record for _xmpp-server._tcp, or for _xmpps-server._tcp alone (XEP-0368),
and an address record for the host it names.
Peers find the server through a private /etc/resolv.conf (see namespace.py).
"""

import os

from process import Process, run, require_free, wait_until

CONFIG = """
server:
    rundir: {directory}
    listen: {address}@53
log:
  - target: stdout
    any: info
database:
    storage: {directory}
template:
  - id: default
    storage: {directory}
    file: "%s.zone"
zone:
"""

ZONE = """
$ORIGIN {domain}.
$TTL 2
@ SOA ns hostmaster 1 3600 600 86400 2
@ NS ns
ns A {server}
@ A {address}
host A {address}
{service} host
"""

STARTTLS = "_xmpp-server._tcp SRV 0 5 5269"
DIRECT = "_xmpps-server._tcp SRV 0 5 5270"


class NameServer:
    """One knotd that is authoritative for the domains in a {domain: address} map; those in direct
    are served by direct TLS alone."""

    def __init__(self, directory, domains, address="127.0.0.53", direct=()):
        self.address = address
        self.directory = os.path.join(directory, "knot")
        self.domains = dict(domains)
        self.direct = set(direct)
        self._process = None

    def _write(self, name, text):
        with open(os.path.join(self.directory, name), "w", encoding="ascii") as file:
            file.write(text)

    def start(self):
        require_free(self.address, 53)
        os.makedirs(self.directory, exist_ok=True)
        config = CONFIG.format(directory=self.directory, address=self.address)
        for domain, address in self.domains.items():
            config += f"  - domain: {domain}\n"
            service = DIRECT if domain in self.direct else STARTTLS
            self._write(domain + ".zone", ZONE.format(domain=domain, server=self.address,
                                                      address=address, service=service))
        self._write("knot.conf", config)
        self._process = Process("knotd", ["knotd", "-c", os.path.join(self.directory, "knot.conf")],
                                self.directory)
        name = next(iter(self.domains))
        wait_until(lambda: self._knows(name), 15, "the name server to answer")
        return self

    def _knows(self, name):
        status, output = run(["dig", f"@{self.address}", "+short", "+time=1", "+tries=1", name, "A"])
        return status == 0 and self.domains[name] in output

    def stop(self):
        if self._process:
            self._process.stop()
            self._process = None

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()
