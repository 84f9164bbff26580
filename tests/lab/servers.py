"""servers.py - the lab: knot with signed zones, unbound that validates, and a network of dead ends.

    127.0.0.53      knot, authoritative for example. and what is under it
    127.0.0.54      unbound, validating from the key of example.
    anchor          file with the key of example., for validation in process
    127.0.0.99      nobody listens: connections are refused
    198.51.100.0/24 a black hole: nothing ever comes back (2001:db8:dead::/64 as well)
"""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "interop"))

from process import HarnessError, Process, require_free, run, wait_until  # noqa: E402
from table import TOP, ZONES  # noqa: E402

AUTHORITY = "127.0.0.53"
RESOLVER = "127.0.0.54"
REFUSING = "127.0.0.99"
SILENT = "198.51.100.53"

SIGNED = (TOP, f"signed.{TOP}", f"nsec3.{TOP}")
WRONG_DS = "DS 1 13 2 " + "0" * 64

KNOT = """
server:
    rundir: {directory}
    listen: {address}@53
log:
  - target: stdout
    any: info
database:
    storage: {directory}
keystore:
  - id: default
    config: {directory}/keys
policy:
  - id: nsec
    manual: on
  - id: nsec3
    manual: on
    nsec3: on
template:
  - id: default
    storage: {directory}
    file: "%s.zone"
zone:
"""

UNBOUND = """
server:
    directory: "{directory}"
    chroot: ""
    username: ""
    pidfile: ""
    use-syslog: no
    logfile: ""
    verbosity: 1
    interface: {address}
    access-control: 127.0.0.0/8 allow
    do-not-query-localhost: no
    do-daemonize: no
    num-threads: 1
    module-config: "validator iterator"
    trust-anchor: "{anchor}"
    root-hints: ""
    rrset-roundrobin: no
    minimal-responses: yes
    qname-minimisation: no
    outbound-msg-retry: 2
remote-control:
    control-enable: no
stub-zone:
    name: "example."
    stub-addr: {authority}@53
"""


def _must(argv, directory=None):
    status, output = run(argv, directory)
    if status != 0:
        raise HarnessError(f"{' '.join(argv)}: {output.strip()}")
    return output


class Zones:
    """The zone files of all cases, each record in the zone that is nearest to it."""

    def __init__(self, cases):
        self.records = {TOP: []}
        self.delegations = []
        for name in ZONES:
            self._delegate(f"{name}.{TOP}", "LAME" if name == "lame" else
                           "BOGUS" if name == "bogus" else
                           "SIGNED" if f"{name}.{TOP}" in SIGNED else "INSECURE")
        for case in cases:
            for owner, kind, data in case.records:
                if kind in ("BOGUS", "INSECURE", "LAME"):
                    self._delegate(owner, kind)
        for case in cases:
            for owner, kind, data in case.records:
                if kind not in ("BOGUS", "INSECURE", "LAME"):
                    self._add(owner, f"{kind} {data}")

    def _delegate(self, name, kind):
        self.delegations.append((name, kind))
        self._add(name, "NS dead.example." if kind == "LAME" else "NS ns.example.")
        if kind == "BOGUS":
            self._add(name, WRONG_DS)
        if kind != "LAME":
            self.records[name] = []

    def _add(self, owner, text):
        zone = max((z for z in self.records if owner == z or owner.endswith("." + z)), key=len)
        self.records[zone].append(f"{owner} {text}")

    def sign(self, name, ds):
        """A delegation that is proved: the digest of the child's key."""
        self.records[TOP].append(f"{name} {ds}")

    def write(self, directory, authority):
        for zone, lines in self.records.items():
            head = [f"$ORIGIN {zone}", "$TTL 300",
                    "@ SOA ns.example. hostmaster.example. 1 3600 600 86400 300",
                    "@ NS ns.example."]
            if zone == TOP:
                head += [f"ns A {authority}", f"dead A {REFUSING}"]
            with open(os.path.join(directory, zone + "zone"), "w", encoding="ascii") as file:
                file.write("\n".join(head + lines) + "\n")


class Lab:
    """Both servers; needs network namespaces of our own (namespace.py)."""

    def __init__(self, directory, cases, authority=AUTHORITY, resolver=RESOLVER):
        self.directory = os.path.join(directory, "lab")
        self.authority, self.resolver = authority, resolver
        self.anchor = os.path.join(self.directory, "anchor")
        self.zones = Zones(cases)
        self._processes = []

    def _knot_config(self):
        config = KNOT.format(directory=self.directory, address=self.authority)
        for zone in self.zones.records:
            config += f"  - domain: {zone}\n"
            if zone in SIGNED:
                policy = "nsec3" if zone.startswith("nsec3") else "nsec"
                config += f"    dnssec-signing: on\n    dnssec-policy: {policy}\n"
        path = os.path.join(self.directory, "knot.conf")
        with open(path, "w", encoding="ascii") as file:
            file.write(config)
        return path

    def _make_key(self, config, zone):
        """A key for a zone; returns its DS record as it stands in the parent."""
        _must(["keymgr", "-c", config, zone, "generate", "algorithm=13", "ksk=yes", "zsk=yes"])
        lines = _must(["keymgr", "-c", config, zone, "ds"]).splitlines()
        digest = next(line for line in lines if line.split()[4] == "2")
        return digest.split(" ", 1)[1]

    def start(self):
        os.makedirs(self.directory, exist_ok=True)
        require_free(self.authority, 53)
        require_free(self.resolver, 53)
        config = self._knot_config()
        digests = {zone: self._make_key(config, zone) for zone in SIGNED}
        for zone in SIGNED[1:]:
            self.zones.sign(zone, digests[zone])
        self.zones.write(self.directory, self.authority)
        self._processes.append(Process("knotd", ["knotd", "-c", config], self.directory))
        wait_until(lambda: self._answers(self.authority), 20, "knot to answer")
        with open(self.anchor, "w", encoding="ascii") as file:
            file.write(f"{TOP} IN {digests[TOP]}\n")
        path = os.path.join(self.directory, "unbound.conf")
        with open(path, "w", encoding="ascii") as file:
            file.write(UNBOUND.format(directory=self.directory, address=self.resolver,
                                      authority=self.authority,
                                      anchor=f"{TOP} {digests[TOP]}"))
        _must(["unbound-checkconf", path])
        self._processes.append(Process("unbound", ["unbound", "-d", "-c", path], self.directory))
        wait_until(lambda: self._answers(self.resolver), 20, "unbound to answer")
        return self

    def _answers(self, server):
        status, output = run(["dig", f"@{server}", "+short", "+time=1", "+tries=1", f"ns.{TOP}",
                              "A"])
        return status == 0 and self.authority in output

    def stop(self):
        while self._processes:
            self._processes.pop().stop()

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()
