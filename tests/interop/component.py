"""component.py - a host server that says nothing by itself: it sends and keeps what it is told to.

It speaks the component protocol (XEP-0114) at the proxy's inside socket. Unlike the echo-host it
answers no stanza, so that what comes back to a partner can only be the proxy's own doing.
"""

import hashlib
import socket
from xml.sax.saxutils import quoteattr

from client import CLIENT, STREAM, Client
from process import HarnessError

ACCEPT = "{jabber:component:accept}"
ACCEPT_NS = ACCEPT.strip("{}")


class Component(Client):
    """The host server of one domain."""

    def __init__(self, domain, path, secret, seconds=15):
        self._secret = secret
        self._path_of_socket = path
        super().__init__("component", domain, None, None, register=False, seconds=seconds)
        self.jid = self.full_jid = domain

    def _connect(self, address, port):
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(self._path_of_socket)
        self._adopt(connection)
        self._start_stream()
        self._read_in_background(connection)

    def _header(self):
        return (f"<?xml version='1.0'?><stream:stream to={quoteattr(self.domain)} "
                f"xmlns='{ACCEPT_NS}' xmlns:stream='{STREAM.strip('{}')}'>")

    def _log_in(self):
        identifier = self.stream_id()
        digest = hashlib.sha1((identifier + self._secret).encode()).hexdigest()
        self._write(f"<handshake>{digest}</handshake>")
        answer = self.wait_for(lambda item: True, self._seconds, "the answer to the handshake")
        if answer.tag != CLIENT + "handshake":
            raise HarnessError(f"the proxy does not take the host of {self.domain}: {answer.tag}")

    def _answered(self, stanza):
        """Nothing is; what arrives reads as at a client, so that its predicates fit."""
        for element in stanza.iter():
            element.tag = element.tag.replace(ACCEPT, CLIENT)
        return False
