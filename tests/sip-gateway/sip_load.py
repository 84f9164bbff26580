"""sip_load.py - many MESSAGE requests at a time over one UDP socket, as a SIP server would send them."""

import collections
import re
import select
import socket
import threading
import time

from sip_agent import Message

# RFC 3261 17.1.2.2: timers E and F.
FIRST_PAUSE, LAST_PAUSE, GIVE_UP = 0.5, 4, 32


class Sent:
    """A request without a final response."""

    def __init__(self, number, data):
        self.number, self.data = number, data
        self.begin = self.last = time.monotonic()
        self.pause = FIRST_PAUSE

    def due(self):
        return self.last + self.pause


class SipLoad(threading.Thread):
    """
    Sends count messages with the bodies "s 0", "s 1" ..., window of them under way at a time, and
    answers those that come. results has the final status of each, None when none came in time;
    arrived counts the bodies of what came, each transaction once.
    """

    def __init__(self, sender, to, count, window):
        super().__init__(daemon=True)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.sender, self.to, self.count, self.window = sender, to, count, window
        self.ports = []  # of gateways, which are used in turn
        self.begun = 0
        self.open = {}
        self.results = {}
        self.arrived = collections.Counter()
        self.seen = set()
        self.ending = False

    def _request(self, number):
        body = f"s {number}"
        return "\r\n".join([
            f"MESSAGE sip:{self.to} SIP/2.0",
            f"Via: SIP/2.0/UDP 127.0.0.1:{self.port};branch=z9hG4bKload{self.port}x{number};rport",
            "Max-Forwards: 70", f"From: <sip:{self.sender}>;tag=load{number}",
            f"To: <sip:{self.to}>", f"Call-ID: load-{self.port}-{number}", "CSeq: 1 MESSAGE",
            "Content-Type: text/plain", f"Content-Length: {len(body)}", "", body]).encode()

    def _send(self, sent):
        port = self.ports[sent.number % len(self.ports)]
        self.socket.sendto(sent.data, ("127.0.0.1", port))

    def _begin(self):
        while self.begun < self.count and len(self.open) < self.window:
            sent = self.open[self.begun] = Sent(self.begun, self._request(self.begun))
            self._send(sent)
            self.begun += 1

    def _repeat(self):
        now = time.monotonic()
        for sent in [s for s in self.open.values() if s.due() <= now]:
            if sent.begin + GIVE_UP <= now:
                self.results[sent.number] = None
                del self.open[sent.number]
                continue
            sent.last, sent.pause = now, min(sent.pause * 2, LAST_PAUSE)
            self._send(sent)

    def _take(self, data, peer):
        message = Message(data)
        if message.status is None:
            branch = re.search(r"branch=([^;\s]+)", message["via"])[1]
            if branch not in self.seen:
                self.seen.add(branch)
                self.arrived[message.body] += 1
            copied = [line for line in message.lines
                      if line.split(":")[0].lower() in ("via", "from", "to", "call-id", "cseq")]
            self.socket.sendto("\r\n".join(
                ["SIP/2.0 200 OK", *copied, "Content-Length: 0", "", ""]).encode(), peer)
        elif message.status >= 200:
            number = int(message["call-id"].rsplit("-", 1)[1])
            if self.open.pop(number, None):
                self.results[number] = message.status

    def run(self):
        while not self.ending:
            self._begin()
            while select.select([self.socket], [], [], 0.01)[0]:
                self._take(*self.socket.recvfrom(65536))
            self._repeat()
        self.socket.close()
