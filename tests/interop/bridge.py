"""bridge.py - lets scanners that only know TLS look at the server port behind STARTTLS.

testssl.sh 3.0 speaks STARTTLS for XMPP clients only. The bridge accepts plain connections, opens
a server stream to the target, asks for STARTTLS and passes bytes both ways from there on.
"""

import selectors
import socket
import threading

from process import require_free

HEADER = ("<?xml version='1.0'?><stream:stream xmlns='jabber:server' "
          "xmlns:stream='http://etherx.jabber.org/streams' to='{domain}' version='1.0'>")
STARTTLS = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"


def _read_until(connection, mark):
    text = b""
    while mark not in text:
        data = connection.recv(4096)
        if not data:
            raise ConnectionError(f"closed before {mark!r}")
        text += data


def starttls(target, domain, seconds=10):
    """Connect to a server port and go as far as <proceed/>; return the socket, ready for TLS."""
    connection = socket.create_connection(target, seconds)
    try:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.sendall(HEADER.format(domain=domain).encode())
        _read_until(connection, b"</stream:features>")
        connection.sendall(STARTTLS.encode())
        _read_until(connection, b"<proceed")
    except (OSError, ConnectionError):
        connection.close()
        raise
    return connection


class Bridge:
    """Listens on an address of its own and relays every connection to the target."""

    def __init__(self, listen, target, domain):
        self.listen, self.target, self.domain = listen, target, domain
        self._server = None

    def start(self):
        require_free(*self.listen)
        self._server = socket.create_server(self.listen, backlog=64)
        threading.Thread(target=self._accept, args=(self._server,), daemon=True).start()
        return self

    def _accept(self, server):
        while True:
            try:
                near, _ = server.accept()
            except OSError:
                return
            threading.Thread(target=self._relay, args=(near,), daemon=True).start()

    def _relay(self, near):
        with near:
            try:
                with starttls(self.target, self.domain) as far:
                    self._copy(near, far)
            except OSError:
                pass

    @staticmethod
    def _copy(near, far):
        far.settimeout(None)
        with selectors.DefaultSelector() as selector:
            selector.register(near, selectors.EVENT_READ, far)
            selector.register(far, selectors.EVENT_READ, near)
            while True:
                for key, _ in selector.select(60):
                    data = key.fileobj.recv(65536)
                    if not data:
                        return
                    key.data.sendall(data)

    def stop(self):
        # Who waits in accept() keeps the port until it is woken.
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()
