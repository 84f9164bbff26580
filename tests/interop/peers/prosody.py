"""prosody.py - Prosody 0.12: SASL EXTERNAL or dialback, TLS as told."""

import os

from peers.base import Peer
from process import Process

CONFIG = """
run_as_root = true
pidfile = "{directory}/prosody.pid"
data_path = "{directory}/data"
log = {{ {{ levels = {{ min = "debug" }}, to = "console" }} }}
plugin_paths = {{ {plugins} }}
modules_enabled = {{ "roster", "saslauth", "disco", "ping", "register_ibr", "presence", "message", "iq"{modules} }}
modules_disabled = {{ "offline"{disabled} }}
interfaces = {{ "{address}" }}
c2s_ports = {{ {c2s_port} }}
s2s_ports = {{ {starttls_port} }}
s2s_direct_tls_ports = {{ {direct_port} }}
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
allow_registration = true
authentication = "internal_plain"
storage = "internal"
s2s_require_encryption = {require_tls}
s2s_secure_auth = {secure_auth}
s2s_timeout = 20
{extra}
{hosts}
"""

SSL = """
ssl = {{
    certificate = "{certificate}";
    key = "{key}";
    cafile = "{trust}";
}}
"""

# DANE where it dials: libunbound validates from the key in a file, and asks that server.
DANE = """
use_dane = true
unbound = {{ resolvconf = false; hoststxt = false; forward = "{resolver}"; trustfile = "{anchor}" }}
"""

# A plugin that dials a domain at a fixed address, for a machine without a name server.
FIXED_ADDRESSES = """
local service = require "net.resolvers.service";
local manual = require "net.resolvers.manual";
local addresses = module:get_option("fixed_addresses");
local look_up = service.new;
module:set_global();
function service.new(hostname, kind, ...)
    local address = addresses[hostname];
    if not address then
        return look_up(hostname, kind, ...);
    end
    return manual.new(kind == "xmpp-server" and { { "tcp4", address, 5269 } } or {});
end
function module.unload()
    service.new = look_up;
end
"""


class Prosody(Peer):
    """One Prosody in the foreground. `fixed` maps domains to addresses that it dials without DNS;
    `direct` makes it listen for direct TLS alone; `modules` are loaded besides the usual ones;
    `lab` has the name server and the key by which it checks TLSA records."""

    kind = "prosody"

    def __init__(self, domain, address, directory, options, fixed=None, direct=False,
                 modules=(), lab=None, more=()):
        super().__init__(domain, address, directory, options, more)
        self.direct = direct
        self.modules = modules
        self.lab = lab
        if direct:
            self.s2s_port = 5270
        self.fixed = fixed or {}

    def configure(self):
        options = self.options
        modules = "".join(f', "{name}"' for name in self.modules)
        disabled, extra, plugins = "", "", ""
        if options.tls == "off":
            disabled += ', "tls"'
        else:
            modules += ', "tls"'
            extra += SSL.format(certificate=options.certificate.certificate,
                                key=options.certificate.key, trust=options.trust)
        if options.auth == "dialback":
            modules += ', "dialback"'
        if self.lab:
            extra += DANE.format(resolver=self.lab.resolver, anchor=self.lab.anchor)
        if self.fixed:
            plugins = f'"{self.directory}/plugins"'
            os.makedirs(self.path("plugins"), exist_ok=True)
            self.write("plugins/mod_fixed_addresses.lua", FIXED_ADDRESSES)
            modules += ', "fixed_addresses"'
            pairs = "; ".join(f'["{name}"] = "{at}"' for name, at in self.fixed.items())
            extra += f"fixed_addresses = {{ {pairs} }}\n"
        os.makedirs(self.path("data"), exist_ok=True)
        self.write("prosody.cfg.lua", CONFIG.format(
            directory=self.directory, plugins=plugins, modules=modules, disabled=disabled,
            address=self.address, c2s_port=self.c2s_port,
            starttls_port="" if self.direct else self.s2s_port,
            direct_port=self.s2s_port if self.direct else "",
            require_tls="true" if options.tls == "required" else "false",
            secure_auth="true" if options.auth == "external" else "false",
            extra=extra,
            hosts="\n".join(f'VirtualHost "{name}"' for name in (self.domain, *self.more))))

    def launch(self):
        self.processes.append(Process(
            "prosody", ["prosody", "-F", "--config", self.path("prosody.cfg.lua")], self.directory))
