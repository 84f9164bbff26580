"""steady_host.py - a host server (XEP-0114) that comes back whenever its stream ends, and counts."""

import hashlib
import re
import socket
import threading
import time

HEADER = ("<?xml version='1.0'?><stream:stream xmlns='jabber:component:accept' "
          "xmlns:stream='http://etherx.jabber.org/streams' to='{}'>")
CLOSE = "</stream:stream>"
MESSAGE = "<message from='{}' to='{}' id='{}' type='chat'><body>{}</body></message>"
STANZA = re.compile(r"<message\b([^>]*)(?:/>|>.*?</message>)", re.DOTALL)
ATTRIBUTE = re.compile(r"(\w+)=(?:'([^']*)'|\"([^\"]*)\")")


def proof_of(header, secret_file):
    """What proves to a proxy with this stream header that the secret is known (XEP-0114 3)."""
    found = re.search(r"<stream:stream[^>]* id=['\"]([^'\"]*)", header)
    with open(secret_file, encoding="ascii") as file:
        secret = file.readline().rstrip("\n")
    return hashlib.sha1((found.group(1) + secret).encode()).hexdigest()


class SteadyHost:
    """Serves a domain behind a proxy; remembers the ids that it sent, received and got back."""

    def __init__(self, proxy):
        self.proxy = proxy
        self.sent, self.received, self.bounced = set(), set(), set()
        self.errors = {}  # what came back, by its id
        self.links = 0
        self.rest = 0  # seconds until it comes back
        self.lock = threading.Lock()
        self.peer = None
        self.ending = False
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def send(self, name, sender, receiver):
        """Send a message on the stream of the moment, as soon as there is one."""
        self.send_raw(MESSAGE.format(sender, receiver, name, "x" * 300), name)

    def send_raw(self, stanza, name=None):
        """Send any stanza; with a name it is one that is to arrive or to come back."""
        deadline = time.monotonic() + 15
        while time.monotonic() < deadline:
            with self.lock:
                if self.peer:
                    if name:
                        self.sent.add(name)
                    self.peer.sendall(stanza.encode())
                    return
            time.sleep(0.005)
        raise OSError("no stream to the proxy")

    def end(self):
        self.ending = True
        with self.lock:
            if self.peer:
                self.peer.sendall(CLOSE.encode())
                self.peer = None
        self.thread.join(10)

    def _serve(self):
        while not self.ending:
            try:
                with socket.socket(socket.AF_UNIX) as peer:
                    peer.connect(self.proxy.path("inside.sock"))
                    self._talk(peer)
            except OSError:
                time.sleep(0.02)
            with self.lock:
                self.peer = None
            time.sleep(self.rest)

    def _talk(self, peer):
        peer.sendall(HEADER.format(self.proxy.domain).encode())
        text = self.until(peer, r"<stream:stream[^>]*>")
        proof = proof_of(text, self.proxy.path("secret"))
        peer.sendall(f"<handshake>{proof}</handshake>".encode())
        rest = self.until(peer, r"<handshake\s*/>").split("handshake", 1)[1].split(">", 1)[1]
        with self.lock:
            self.peer = peer
            self.links += 1
        self._listen(peer, rest)

    @staticmethod
    def until(peer, pattern):
        text = ""
        while not re.search(pattern, text):
            some = peer.recv(65536)
            if not some:
                raise OSError("closed")
            text += some.decode()
        return text

    def _listen(self, peer, text):
        """Take stanzas until the proxy closes the stream; then close it too, and no stanza follows."""
        while True:
            for stanza in STANZA.finditer(text):
                self._take({name: one or two for name, one, two in
                            ATTRIBUTE.findall(stanza.group(1))}, stanza.group(0))
            end = max((s.end() for s in STANZA.finditer(text)), default=0)
            text = text[end:]
            if CLOSE in text:
                break
            some = peer.recv(65536)
            if not some:
                raise OSError("cut off")
            text += some.decode()
        with self.lock:
            if self.peer:
                self.peer = None
                peer.sendall(CLOSE.encode())

    def _take(self, attributes, stanza):
        if attributes.get("type") == "error":
            self.bounced.add(attributes.get("id"))
            self.errors[attributes.get("id")] = stanza
        else:
            self.received.add(attributes.get("id"))


def start_talking(host, sender, receiver, prefix, stop, pause=0.003):
    """Send one message after another until the event stop is set."""
    def talk():
        number = 0
        while not stop.is_set():
            host.send(f"{prefix}{number}", sender, receiver)
            number += 1
            time.sleep(pause)
    thread = threading.Thread(target=talk, daemon=True)
    thread.start()
    return thread
