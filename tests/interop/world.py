"""world.py - what a case is given: certificates, peers, the proxy, and their orderly end."""

import contextlib
import os

from ca import Authority
from case import Failed
from peers.base import Options
from peers.ejabberd import Ejabberd
from peers.jabberd2 import Jabberd2
from peers.kamailio_module import KamailioModule
from peers.prosody import Prosody
from process import HarnessError
from proxy import EchoHost, Proxy

PEERS = {
    "prosody": (Prosody, "fabrikam.example", "127.0.0.20"),
    "ejabberd": (Ejabberd, "adatum.example", "127.0.0.30"),
    "jabberd2": (Jabberd2, "northwind.example", "127.0.0.40"),
    "prosody-direct": (Prosody, "woodgrove.example", "127.0.0.21"),
    "ejabberd-direct": (Ejabberd, "litware.example", "127.0.0.31"),
}
OUR_DOMAIN, OUR_ADDRESS = "contoso.example", "127.0.0.10"
OUR_DIRECT_DOMAIN, OUR_DIRECT_ADDRESS = "tailspin.example", "127.0.0.11"
NAME_SERVER = "127.0.0.53"
ZONES = {OUR_DOMAIN: OUR_ADDRESS, OUR_DIRECT_DOMAIN: OUR_DIRECT_ADDRESS,
         **{domain: at for _, domain, at in PEERS.values()}}
ROOMS = "rooms."  # before a domain: one more of the same server, known to DNS as well
ZONES.update({ROOMS + domain: ZONES[domain] for domain in
              (OUR_DOMAIN, PEERS["prosody"][1], PEERS["ejabberd"][1])})
# Those that DNS knows by _xmpps-server alone: whoever finds them speaks direct TLS (XEP-0368).
DIRECT = (OUR_DIRECT_DOMAIN, PEERS["prosody-direct"][1], PEERS["ejabberd-direct"][1])


class Certificates:
    """The certificates of one run, made when first asked for."""

    def __init__(self, directory):
        self.authority = Authority(os.path.join(directory, "ca"))
        self.stranger = Authority(os.path.join(directory, "other-ca"), "Another CA")
        self.trust = self.authority.certificate
        self._made = {}

    def get(self, domain, variant="good"):
        """good, server, client: that usage; cnonly, wrongname, expired, selfsigned, unknown."""
        key = (domain, variant)
        if key not in self._made:
            self._made[key] = self._make(domain, variant)
        return self._made[key]

    def adopt(self, domain, variant, certificate):
        """Keep a certificate made elsewhere under a variant of its own."""
        self._made[(domain, variant)] = certificate

    def _make(self, domain, variant):
        name = f"{domain}-{variant}"
        issue = self.authority.issue
        if variant in ("server", "client"):
            return issue(name, [domain], usage=variant)
        if variant == "cnonly":
            return issue(name, [], common_name=domain)
        if variant == "wrongname":
            return issue(name, ["elsewhere.example"])
        if variant == "expired":
            return issue(name, [domain], expired=True)
        if variant == "selfsigned":
            return issue(name, [domain], self_signed=True)
        if variant == "unknown":
            return self.stranger.issue(name, [domain])
        return issue(name, [domain])


class World:
    """Everything one case starts; closing it ends everything."""

    def __init__(self, directory, certificates, programs, record=False):
        self.record = record
        self.directory = directory
        self.certificates = certificates
        self.programs = programs
        self._stack = contextlib.ExitStack()
        self._kept = {}

    def keep(self, name, make):
        """What make() has returned when this name was first asked for."""
        if name not in self._kept:
            self._kept[name] = make()
        return self._kept[name]

    def peer(self, kind, certificate="good", tls="required", auth="external", **more):
        """Start a peer; `certificate` names a variant of Certificates.get()."""
        make, domain, address = PEERS[kind]
        shown = self.certificates.get(domain, certificate)
        options = Options(shown, self.certificates.trust, tls, auth)
        return self._stack.enter_context(make(domain, address, self.directory, options, **more))

    def proxy(self, partners, certificate="good", domain=OUR_DOMAIN, address=OUR_ADDRESS, **more):
        """Make a proxy for contoso.example; the caller starts it."""
        shown = self.certificates.get(domain, certificate)
        proxy = Proxy(self.programs["proxy"], os.path.join(self.directory, "proxy"), shown,
                      self.certificates.trust, domain, address, partners, record=self.record,
                      **more)
        self._stack.callback(self._stop, proxy)
        return proxy

    def kamailio(self, partners, domain=OUR_DOMAIN, address=OUR_ADDRESS, **more):
        """Make a Kamailio with the module for contoso.example; the caller starts it."""
        if not self.programs["module"]:
            raise HarnessError("xmppfed.so is not built: tools/deps --kamailio, -Dkamailio_source=")
        shown = self.certificates.get(domain)
        module = KamailioModule(self.programs["module"], os.path.join(self.directory, "module"),
                                shown, self.certificates.trust, domain, address, partners, **more)
        self._stack.callback(self._stop, module)
        return module

    @staticmethod
    def _stop(proxy):
        """End a proxy; one that crashed, hung or leaked fails the case, whatever it did before."""
        status = proxy.stop()
        if status not in (None, 0, 1):
            raise Failed(f"xmppfed-proxy ended with status {status}")

    def host(self, proxy, **more):
        """Start an echo-host behind a proxy that runs."""
        echo = self._stack.enter_context(EchoHost(self.programs["echo"], proxy, **more))
        proxy.wait_event("INSIDE_UP", seconds=10)
        return echo

    def federation(self, partners, host=None, **more):
        """Start a proxy with an echo-host behind it; return both."""
        proxy = self.proxy(partners, **more).start()
        return proxy, self.host(proxy, **(host or {}))

    def on_close(self, end):
        """Call end() when the case is over."""
        self._stack.callback(end)

    def close(self):
        self._stack.close()
