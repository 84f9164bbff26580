"""sip_between.py - what stands between SIP phones and XMPP partners, in each way that it can be built.

Each function starts it for contoso.example in a World, with these partners, and returns the SIP
server at which the phones register. BETWEEN has them all, each with a title.
"""

import os

from peers.sip_server import GATEWAY_CONFIG, SipServer
from process import Process
from proxy import ENVIRONMENT, read_json
from world import OUR_ADDRESS, OUR_DOMAIN

GATEWAY_ADDRESS, GATEWAY_PORT = "127.0.0.13", 5062
INSIDE_PORT = 23456
# How long a partner may keep a message before that is an error, and the gateway waits for errors.
QUEUE_SECONDS, GRACE_SECONDS = 2, 3
NO_ACCESS = "erin@" + OUR_DOMAIN

INSIDE = """inside = {{
    listen = ( {{ address = "{address}"; port = {port}; tls = true; }} );
    certificate = "{certificate}"; key = "{key}"; trust = "{trust}";
    hosts = ( {{ name = "{domain}"; secret = "secret"; }} );
}};
"""


def set_partners(proxy, partners):
    """Everybody may federate with these partners, but for one user of ours."""
    proxy.set_partners(partners, policies=[{"Scope": "user", "Name": "inside-only",
                                            "EnableFederationAccess": True}],
                       users=[{"Address": NO_ACCESS, "Policy": "inside-only"}])


def through_gateway(world, partners):
    """A Kamailio that knows nothing of XMPP, sip-gateway, and xmppfed-proxy; mutual TLS inside."""
    shown = world.certificates.get(OUR_DOMAIN)
    trust = world.certificates.trust
    proxy = world.proxy(partners, name_server=None, queue_seconds=QUEUE_SECONDS, inside=INSIDE.format(
        address=OUR_ADDRESS, port=INSIDE_PORT, certificate=shown.certificate, key=shown.key,
        trust=trust, domain=OUR_DOMAIN))
    set_partners(proxy, partners)
    proxy.start()
    server = SipServer(GATEWAY_CONFIG, OUR_DOMAIN, OUR_ADDRESS, world.directory, {
        "GATEWAY": f'"{GATEWAY_ADDRESS}"',
        "GATEWAY_URI": f'"sip:{GATEWAY_ADDRESS}:{GATEWAY_PORT}"'})
    world.on_close(server.stop)
    server.start()
    directory = os.path.join(world.directory, "gateway")
    os.makedirs(directory)
    gateway = Process("sip-gateway", [
        world.programs["gateway"], "--domain", OUR_DOMAIN, "--secret-file", proxy.path("secret"),
        "--connect", f"{OUR_ADDRESS}:{INSIDE_PORT}", "--tls-ca", trust,
        "--tls-cert", shown.certificate, "--tls-key", shown.key,
        "--sip-listen", f"sip:{GATEWAY_ADDRESS}:{GATEWAY_PORT};transport=udp",
        "--sip-next-hop", f"sip:{OUR_ADDRESS}:{server.port};transport=udp",
        "--sip-allow", OUR_ADDRESS, "--ledger", os.path.join(directory, "ledger.sqlite"),
        "--grace", str(GRACE_SECONDS)], directory, ENVIRONMENT)
    world.on_close(gateway.stop)
    gateway.wait_line(lambda line: read_json(line).get("event") == "UP", 20, what="event UP")
    return server


def through_module(world, partners):
    """A Kamailio with the module xmppfed in it, and nothing else."""
    module = world.kamailio(partners, name_server=None, queue_seconds=QUEUE_SECONDS)
    set_partners(module, partners)
    module.start()
    return module.sip


BETWEEN = {
    "module": ("Kamailio with the module xmppfed, Prosody", through_module),
    "gateway": ("Kamailio, sip-gateway, xmppfed-proxy, Prosody", through_gateway),
}
