"""acking_host.py - a host server (XEP-0114) with acknowledgements (XEP-0198), to be killed.

    acking_host.py SOCKET DOMAIN SECRET-FILE RECORD [PAUSE]

What it has handled it writes into RECORD, a line "KIND TYPE ID" each, before it acknowledges that; a
stanza takes it PAUSE seconds. A line on stdin is a stanza to be sent. On stdout it says by lines of
JSON that it is up, and how many of its own stanzas the proxy has acknowledged.
"""

import json
import os
import re
import select
import socket
import sys
import time

from steady_host import ATTRIBUTE, HEADER, SteadyHost, proof_of

ENABLE = "<enable xmlns='urn:xmpp:sm:3'/>"
ANSWER = "<a xmlns='urn:xmpp:sm:3' h='{}'/>"
QUESTION = "<r xmlns='urn:xmpp:sm:3'/>"
ELEMENT = re.compile(r"<(r|a|enabled)\b([^>]*)/>|"
                     r"<(message|presence|iq)\b([^>]*?)(?:/>|>.*?</\3>)", re.DOTALL)


class AckingHost:
    """One link with the proxy; it does not come back."""

    def __init__(self, path, domain, secret_file, record, pause=0.0):
        self.pause = float(pause)
        self.record = os.open(record, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self.handled = 0
        self.enabled = False
        self.peer = socket.socket(socket.AF_UNIX)
        self.peer.connect(path)
        self.peer.sendall(HEADER.format(domain).encode())
        text = SteadyHost.until(self.peer, r"<stream:stream[^>]*>")
        self.peer.sendall(f"<handshake>{proof_of(text, secret_file)}</handshake>".encode())
        text = SteadyHost.until(self.peer, r"<handshake\s*/>")
        self.text = text.split("handshake", 1)[1].split(">", 1)[1]
        self.peer.sendall(ENABLE.encode())

    def run(self):
        commands = True
        while True:
            self._take_elements()
            ready = select.select([self.peer] + ([sys.stdin] if commands else []), [], [])[0]
            if sys.stdin in ready:
                line = sys.stdin.readline()
                commands = line != ""
                if commands:
                    self.peer.sendall((line.rstrip("\n") + QUESTION).encode())
            if self.peer in ready:
                some = self.peer.recv(65536)
                if not some:
                    return
                self.text += some.decode()

    def _take_elements(self):
        end = 0
        for found in ELEMENT.finditer(self.text):
            end = found.end()
            if found.group(3):
                self._handle(found.group(3), attributes(found.group(4)))
            elif found.group(1) == "r":
                self.peer.sendall(ANSWER.format(self.handled).encode())
            elif found.group(1) == "a":
                say(acked=int(attributes(found.group(2))["h"]))
            else:
                self.enabled = True
                say(up=True)
        self.text = self.text[end:]

    def _handle(self, kind, those):
        time.sleep(self.pause)
        os.write(self.record, f"{kind} {those.get('type', '-')} {those.get('id')}\n".encode())
        self.handled += self.enabled


def attributes(text):
    return {name: one or two for name, one, two in ATTRIBUTE.findall(text)}


def say(**what):
    print(json.dumps(what), flush=True)


if __name__ == "__main__":
    AckingHost(*sys.argv[1:]).run()
