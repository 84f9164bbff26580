"""secure_dns.py - the lab's name servers with records of our domains, signed or bogus.

They stand beside the name server of all cases (dns.py), so that only who asks them heeds DNSSEC.
"""

import base64
import contextlib
import hashlib
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lab"))

from process import run  # noqa: E402
from servers import Lab  # noqa: E402

AUTHORITY = "127.0.0.55"
RESOLVER = "127.0.0.56"


class Records:
    """What DNS has for one domain, in the form that the lab takes."""

    def __init__(self, domain):
        self.domain = domain + "."
        self.records = []

    def server(self, address, name="host", priority=0, tlsa=None):
        """A server of the domain; `tlsa` is the certificate whose key it promises (3 1 1)."""
        host = f"{name}.{self.domain}"
        self.records += [(f"_xmpp-server._tcp.{self.domain}", "SRV", f"{priority} 5 5269 {host}"),
                         (host, "A", address)]
        if tlsa:
            self.records.append((f"_5269._tcp.{host}", "TLSA", f"3 1 1 {key_digest(tlsa)}"))
        return self

    def bogus(self):
        """The parent has the digest of another key than the one that is there: none."""
        self.records.insert(0, (self.domain, "BOGUS", ""))
        return self


def key_digest(certificate):
    """SHA-256 of a certificate's SubjectPublicKeyInfo, in hexadecimal digits."""
    _, pem = run(["openssl", "x509", "-in", certificate.certificate, "-noout", "-pubkey"])
    lines = [line for line in pem.splitlines() if line and not line.startswith("-")]
    return hashlib.sha256(base64.b64decode("".join(lines))).hexdigest()


@contextlib.contextmanager
def secure_dns(world, *domains):
    """The lab with these domains; yields what has its `resolver` and `anchor`."""
    with Lab(world.directory, domains, AUTHORITY, RESOLVER) as lab:
        yield lab
