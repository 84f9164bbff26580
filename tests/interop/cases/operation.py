"""operation.py - the proxy in an operator's hands: start, faults in files, reload, stop."""

import os
import signal
import socket

from case import case, expect
from client import is_message
from process import Process
from proxy import partner
from stanzas import heard, heard_error
from world import OUR_ADDRESS, PEERS

DOMAIN = PEERS["prosody"][1]


def refuses_to_start(proxy, *words):
    """The program ends soon, with a failure status and one sentence that holds these words."""
    process = proxy.launch()
    status = process.wait_exit(15)
    output = "\n".join(process.lines())
    expect(status not in (0, None) and status > 0, f"it ended with status {status}:\n{output}")
    for word in words:
        expect(word in output, f"'{word}' is not in the complaint:\n{output}")
    return status


def edit(proxy, name, old, new):
    with open(proxy.path(name), encoding="utf-8") as file:
        text = file.read()
    expect(old in text, f"the harness cannot edit {name}: no '{old}'")
    proxy.write(name, text.replace(old, new, 1))


FAULTS = {
    "syntax-error": ("proxy.conf", "store =", "store", ["proxy.conf:"]),
    "unknown-setting": ("proxy.conf", "store =", "stoer =", ["proxy.conf:", "stoer"]),
    "no-certificate-file": ("proxy.conf", "trust = ", 'trust = "/nowhere/ca.pem"; pid_file = ',
                            ["/nowhere/ca.pem"]),
    "bad-json": ("partners.json", '"Partners"', "Partners", ["partners.json"]),
    "unknown-partner-type": ("partners.json", '"Federated"', '"Friendly"',
                             ["partners.json", DOMAIN, "PartnerType", "PublicVerified"]),
    "invalid-negotiation": ("partners.json", '"SupportDialbackNegotiation": true',
                            '"SupportDialbackNegotiation": false', ["partners.json", DOMAIN]),
}


@case("operation.refuses-syntax-error", fault="syntax-error", seconds=30)
@case("operation.refuses-unknown-setting", fault="unknown-setting", seconds=30)
@case("operation.refuses-missing-file", fault="no-certificate-file", seconds=30)
@case("operation.refuses-bad-json", fault="bad-json", seconds=30)
@case("operation.refuses-unknown-partner-type", fault="unknown-partner-type", seconds=30)
@case("operation.refuses-invalid-negotiation", fault="invalid-negotiation", seconds=30)
def fault_in_file(world, fault):
    """A fault in a file is named with the file, and nothing is started."""
    name, old, new, words = FAULTS[fault]
    proxy = world.proxy([partner(DOMAIN, sasl="NotSupported")])
    edit(proxy, name, old, new)
    refuses_to_start(proxy, *words)


@case("operation.refuses-missing-configuration", seconds=30)
def no_configuration(world):
    process = Process("xmppfed-proxy", [world.programs["proxy"], "--config", "/nowhere/proxy.conf"],
                      world.directory)
    status = process.wait_exit(15)
    expect(status > 0 and "/nowhere/proxy.conf" in "\n".join(process.lines()),
           f"status {status}: {process.lines()}")


@case("operation.refuses-key-of-another-certificate", seconds=30)
def wrong_key(world):
    proxy = world.proxy([partner(DOMAIN)])
    other = world.certificates.get(DOMAIN)
    ours = world.certificates.get("contoso.example")
    edit(proxy, "proxy.conf", ours.key, other.key)
    refuses_to_start(proxy, "contoso.example")


@case("operation.refuses-port-in-use", seconds=30)
def port_in_use(world):
    proxy = world.proxy([partner(DOMAIN)])
    with socket.create_server((OUR_ADDRESS, 5269)):
        refuses_to_start(proxy, OUR_ADDRESS, "5269", "in use")


@case("operation.reload-adds-and-removes-partners", seconds=120)
def reload(world):
    proxy, echo = world.federation([partner("elsewhere.example")])
    alice = world.peer("prosody").log_in("alice")
    echo.message(alice.jid, "too early", "early-1")
    echo.wait_for(heard_error("early-1"), 20, "the refusal before the reload")
    mark = proxy.process.mark()
    proxy.set_partners([partner(DOMAIN)])
    proxy.reload()
    proxy.wait_event("RELOADED", start=mark)
    echo.message(alice.jid, "now", "now-1")
    alice.wait_for(is_message(echo.jid(), "now"), 20)
    mark = proxy.process.mark()
    proxy.set_partners([partner("elsewhere.example")])
    proxy.reload()
    proxy.wait_event("RELOADED", start=mark)
    echo.message(alice.jid, "too late", "late-1")
    echo.wait_for(heard_error("late-1"), 20, "the refusal after the record is gone")


@case("operation.bad-reload-changes-nothing", seconds=120)
def bad_reload(world):
    proxy, echo = world.federation([partner(DOMAIN)])
    alice = world.peer("prosody").log_in("alice")
    for name in ("partners.json", "proxy.conf"):
        with open(proxy.path(name), encoding="utf-8") as file:
            good = file.read()
        mark = proxy.process.mark()
        proxy.write(name, "{ this is broken")
        proxy.reload()
        line = proxy.wait_event("RELOAD_FAILED", start=mark)
        expect(name in str(line), f"the complaint does not name {name}: {line}")
        proxy.write(name, good)
        echo.message(alice.jid, "still there after " + name)
        alice.wait_for(is_message(echo.jid(), "still there after " + name), 20)
        alice.message(echo.jid(), "still here after " + name)
        echo.wait_for(heard("message", alice.jid, body="still here after " + name))


@case("operation.terminate-drains", seconds=60)
def drains(world):
    """SIGTERM: what has been accepted is delivered, streams are closed in order, status 0."""
    proxy, echo = world.federation([partner(DOMAIN)])
    peer = world.peer("prosody")
    alice = peer.log_in("alice")
    echo.message(alice.jid, "first")
    alice.wait_for(is_message(echo.jid(), "first"), 20)
    for number in range(50):
        echo.message(alice.jid, f"last words {number}", f"last-{number}")
    echo.message(alice.jid, "the end")
    alice.wait_for(is_message(echo.jid(), "last words 0"), 20)
    proxy.process.send_signal(signal.SIGTERM)
    status = proxy.process.wait_exit(20)
    expect(status == 0, f"it ended with status {status}")
    expect(not os.path.exists(proxy.socket), "the inside socket is still there")
    for number in range(1, 50):
        text = f"last words {number}"
        if not echo.received(heard_error(f"last-{number}")):
            alice.wait_for(is_message(echo.jid(), text), 5, text)

