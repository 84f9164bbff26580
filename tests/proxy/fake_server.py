"""fake_server.py - an XMPP server with a chosen fault, for one connection after another."""

import os
import re
import socket
import ssl
import threading

from programs import DATA

HEADER = ("<?xml version='1.0'?><stream:stream xmlns='jabber:server' {db} "
          "xmlns:stream='http://etherx.jabber.org/streams' id='{id}' version='1.0' "
          "from='fabrikam.example' to='contoso.example'>")
STARTTLS = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"
EXTERNAL = ("<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>EXTERNAL</mechanism>"
            "</mechanisms>")
BIDI = "<bidi xmlns='urn:xmpp:features:bidi'/>"
DIALBACK = "<dialback xmlns='urn:xmpp:features:dialback'/>"
NOT_AUTHORIZED = ("<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><not-authorized/></failure>")
RESULT = "<db:result from='fabrikam.example' to='contoso.example' type='{}'>{}</db:result>"
NOT_FOUND = ("<error type='cancel'><remote-server-not-found "
             "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>")


def error(condition):
    return (f"<stream:error><{condition} xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>"
            "</stream:error></stream:stream>")


class FakeServer:
    """Serves on 127.0.0.1; the options of play() name the fault, and without any it is well."""

    def __init__(self, **fault):
        self.fault = fault
        self.heard = ""
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self):
        self.socket.close()

    def _serve(self):
        while True:
            try:
                peer, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(peer,), daemon=True).start()

    def _talk(self, peer):
        try:
            with peer:
                self._play(peer, **self.fault)
        except (OSError, EOFError):
            pass

    def _until(self, peer, pattern):
        """Read until what was sent since the last time has the pattern."""
        text = ""
        while not re.search(pattern, text):
            got = peer.recv(65536)
            if not got:
                raise EOFError
            text += got.decode("utf-8", "replace")
        self.heard += text
        return text

    def _wait(self, peer):
        while peer.recv(65536):
            pass

    def _tls(self, peer, certificate, versions, clients):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(os.path.join(DATA, certificate + ".pem"),
                                os.path.join(DATA, certificate + ".key"))
        if versions:
            context.set_ciphers("ALL:@SECLEVEL=0")
            context.minimum_version, context.maximum_version = versions
        if clients:
            context.verify_mode = ssl.CERT_OPTIONAL
            context.load_verify_locations(os.path.join(DATA, clients + ".pem"))
        return context.wrap_socket(peer, server_side=True)

    def _play(self, peer, silent=False, says=None, stream_error=None, starttls=True, proceed=True,
              versions=None, certificate="fabrikam", clients=None, error_in_tls=None, external=True,
              sasl="success", dialback=True, verdict="valid", cut=False, bidi=False):
        if silent:
            return self._wait(peer)
        self._until(peer, r"<stream:stream[^>]*>" if says is None else r".")
        if says is not None:
            return peer.sendall(says)
        declared = "xmlns:db='jabber:server:dialback'" if dialback else ""
        self._say(peer, HEADER.format(id="one", db=declared))
        if cut:
            return None
        if stream_error:
            return self._end(peer, error(stream_error))
        features = (STARTTLS if starttls else "") + (DIALBACK if dialback else "")
        self._say(peer, f"<stream:features>{features}</stream:features>")
        if starttls:
            self._until(peer, r"<starttls")
            if not proceed:
                return self._end(peer, "<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"
                                       "</stream:stream>")
            self._say(peer, "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")
            peer = self._tls(peer, certificate, versions, clients)
            self._until(peer, r"<stream:stream[^>]*>")
            self._say(peer, HEADER.format(id="two", db=declared))
            if error_in_tls:
                return self._end(peer, error(error_in_tls))
            features = ((BIDI if bidi else "") + (EXTERNAL if external else "") +
                        (DIALBACK if dialback else ""))
            self._say(peer, f"<stream:features>{features}</stream:features>")
        return self._prove(peer, sasl, verdict)

    def converse(self, peer):
        """What it does once the stream is up: nothing."""
        self._wait(peer)

    def _prove(self, peer, sasl, verdict):
        text = self._until(peer, r"</auth>|<auth[^>]*/>|</db:result>")
        if "<auth" in text:
            if sasl == "success":
                self._say(peer, "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>")
                self._until(peer, r"<stream:stream[^>]*>")
                self._say(peer, HEADER.format(id="three", db="") + "<stream:features/>")
                return self.converse(peer)
            self._say(peer, NOT_AUTHORIZED)
            self._until(peer, r"</db:result>")
        if verdict:
            self._say(peer, RESULT.format(verdict, NOT_FOUND if verdict == "error" else ""))
        return self.converse(peer)

    @staticmethod
    def _say(peer, text):
        peer.sendall(text.encode())

    def _end(self, peer, text):
        self._say(peer, text)
        self._wait(peer)
