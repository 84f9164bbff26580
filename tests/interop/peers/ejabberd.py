"""ejabberd.py - ejabberd 23.01, run as one Erlang process without distribution, so without epmd.

It closes sessions whose client certificate carries xmppAddr names, and wants the clientAuth usage.
With `auth="dialback"` it does not verify the other side's certificate when it dials.
"""

import glob
import os

from peers.base import Peer
from process import HarnessError, Process

CONFIG = """
loglevel: debug
hosts: [{domains}]
{tls}
s2s_timeout: 20
s2s_max_retry_delay: 1
s2s_access: all
auth_method: internal
auth_password_format: plain
registration_timeout: infinity
disable_sasl_mechanisms: ["digest-md5", "X-OAUTH2"]
listen:
  - {{ port: {c2s_port}, ip: "{address}", module: ejabberd_c2s, starttls: false, shaper: none }}
  - {{ port: {s2s_port}, ip: "{address}", module: ejabberd_s2s_in{direct} }}
modules:
  mod_roster: {{}}
  mod_disco: {{}}
  mod_ping: {{}}
  mod_register: {{ ip_access: all, access: all }}
{modules}
"""

TLS = """
certfiles: ["{both}"]
s2s_cafile: "{trust}"
s2s_use_starttls: {starttls}
"""


def installation():
    """The folder of Debian's ejabberd application, which holds its ebin."""
    for path in sorted(glob.glob("/usr/lib/*/ejabberd-*/ebin")):
        return os.path.dirname(os.path.dirname(path))
    raise HarnessError("ejabberd is not installed (tools/deps test)")


class Ejabberd(Peer):
    """One ejabberd node; `direct` makes it listen for direct TLS alone."""

    kind = "ejabberd"
    start_seconds = 60

    def __init__(self, domain, address, directory, options, direct=False, more=()):
        super().__init__(domain, address, directory, options, more)
        self.direct = direct
        if direct:
            self.s2s_port = 5270

    def configure(self):
        options = self.options
        tls = "s2s_use_starttls: false"
        if options.tls != "off":
            # "required" verifies nothing when dialling; without dialback a proof is needed anyhow.
            tls = TLS.format(both=options.certificate.both, trust=options.trust,
                             starttls="required" if options.tls == "required" else "optional")
        modules = "  mod_s2s_dialback: {}\n" if options.auth == "dialback" else ""
        os.makedirs(self.path("mnesia"), exist_ok=True)
        self.write("inetrc", '{lookup, ["file", "native"]}.\n')
        self.write("ejabberd.yml", CONFIG.format(
            domains=", ".join(f'"{name}"' for name in (self.domain, *self.more)), tls=tls, c2s_port=self.c2s_port, s2s_port=self.s2s_port,
            address=self.address, modules=modules, direct=", tls: true" if self.direct else ""))

    def launch(self):
        environment = {
            "ERL_LIBS": installation(),
            "EJABBERD_CONFIG_PATH": self.path("ejabberd.yml"),
            "EJABBERD_LOG_PATH": self.path("ejabberd.log"),
            "ERL_INETRC": self.path("inetrc"),
            "ERL_CRASH_DUMP": self.path("erl_crash.dump"),
        }
        self.processes.append(Process("erlang", [
            "erl", "-noinput", "-noshell", "+sbwt", "none", "+S", "2:2",
            "-mnesia", "dir", f'"{self.path("mnesia")}"', "-s", "ejabberd",
        ], self.directory, environment))
