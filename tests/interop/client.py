"""client.py - an XMPP client for tests: plain text on loopback, SASL PLAIN, stanzas as elements.

Stanzas that arrive are kept in order; wait_for() takes the first one a predicate accepts. Pings and
roster pushes are answered by the client itself, as any client would.
"""

import base64
import itertools
import socket
import threading
import time
import xml.etree.ElementTree as ET
from xml.sax.saxutils import escape, quoteattr

from process import HarnessError, wait_until

CLIENT = "{jabber:client}"
STREAM = "{http://etherx.jabber.org/streams}"
SASL = "{urn:ietf:params:xml:ns:xmpp-sasl}"
STANZAS = "{urn:ietf:params:xml:ns:xmpp-stanzas}"
ROSTER = "{jabber:iq:roster}"
PING = "{urn:xmpp:ping}"


def bare(address):
    """The address without its resource."""
    return (address or "").split("/")[0]


def error_condition(stanza):
    """The name of the defined condition in an error stanza, or None."""
    for child in stanza.iterfind(f"{CLIENT}error/*"):
        if child.tag.startswith(STANZAS) and not child.tag.endswith("}text"):
            return child.tag[len(STANZAS):]
    return None


def is_message(sender=None, body=None):
    """Predicate: a message that is no error, from this bare address, with this body."""
    def accept(stanza):
        return (stanza.tag == CLIENT + "message" and stanza.get("type") != "error"
                and (sender is None or bare(stanza.get("from")) == sender)
                and (stanza.findtext(CLIENT + "body") == body if body is not None
                     else stanza.find(CLIENT + "body") is not None))
    return accept


def is_presence(sender=None, kind=None):
    """Predicate: a presence of this type (None is available) from this bare address."""
    def accept(stanza):
        return (stanza.tag == CLIENT + "presence" and stanza.get("type") == kind
                and (sender is None or bare(stanza.get("from")) == sender))
    return accept


def is_error(identifier):
    """Predicate: the error that answers the stanza with this id."""
    def accept(stanza):
        return stanza.get("type") == "error" and stanza.get("id") == identifier
    return accept


def is_answer(identifier):
    """Predicate: the iq result or error with this id."""
    def accept(stanza):
        return (stanza.tag == CLIENT + "iq" and stanza.get("id") == identifier
                and stanza.get("type") in ("result", "error"))
    return accept


class Client:
    """One logged-in session of user@domain at a server on loopback."""

    _numbers = itertools.count(1)

    def __init__(self, user, domain, address, port, password="secret", register=True, seconds=15):
        self.user, self.domain, self.password = user, domain, password
        self.jid = f"{user}@{domain}"
        self.full_jid = None
        self.history = []
        self._seconds = seconds
        self._condition = threading.Condition()
        self._write_lock = threading.Lock()
        if register:
            # jabberd2 does not bind a resource on the stream that created the account.
            self._connect(address, port)
            self._register()
            self.close()
        self._connect(address, port)
        self._log_in()

    # The stream

    def _connect(self, address, port):
        connection = socket.create_connection((address, port), self._seconds)
        connection.settimeout(None)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._adopt(connection)
        self._start_stream()
        self._read_in_background(connection)
        self._await(STREAM + "features")

    def _adopt(self, connection):
        with self._condition:
            self._socket, self._inbox, self._closed = connection, [], None

    def _read_in_background(self, connection):
        threading.Thread(target=self._read, args=(connection,), daemon=True).start()

    def _start_stream(self):
        with self._condition:
            self._parser = ET.XMLPullParser(("start", "end"))
            self._path = []
            self._pending = b""
        self._write(self._header())

    def _header(self):
        return (f"<?xml version='1.0'?><stream:stream to='{self.domain}' version='1.0' "
                f"xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>")

    def stream_id(self):
        """The id of the other side's header, once that has come."""
        return wait_until(lambda: self._path and self._path[0].get("id"), self._seconds,
                          "the other side's header")

    def _write(self, text):
        with self._write_lock:
            self._socket.sendall(text.encode())

    def _read(self, connection):
        try:
            while True:
                data = connection.recv(65536)
                if not data:
                    break
                self._feed(connection, data)
            reason = "the server closed the connection"
        except (OSError, ET.ParseError) as error:
            reason = str(error)
        with self._condition:
            if connection is self._socket:
                self._closed = self._closed or reason
                self._condition.notify_all()

    def _feed(self, connection, data):
        # Expat may defer a tag that arrives in pieces, so it only sees input that ends with one.
        with self._condition:
            if connection is not self._socket:
                return
            self._pending += data
            if not self._pending.endswith(b">"):
                return
            data, self._pending = self._pending, b""
            self._parser.feed(data)
            events = list(self._parser.read_events())
        for event, element in events:
            self._take(event, element)

    def _take(self, event, element):
        if event == "start":
            self._path.append(element)
            return
        self._path.pop()
        if not self._path:
            with self._condition:
                self._closed = self._closed or "the server closed the stream"
                self._condition.notify_all()
        elif len(self._path) == 1:
            self._path[0].remove(element)
            if not self._answered(element):
                with self._condition:
                    self._inbox.append(element)
                    self.history.append(element)
                    self._condition.notify_all()

    def _answered(self, stanza):
        if stanza.tag != CLIENT + "iq" or stanza.get("type") not in ("get", "set"):
            return False
        push = stanza.find(ROSTER + "query") is not None
        if push:
            self.history.append(stanza)
        if not push and stanza.find(PING + "ping") is None:
            return False
        sender = stanza.get("from")
        to = f" to={quoteattr(sender)}" if sender else ""
        self._write(f"<iq type='result' id={quoteattr(stanza.get('id') or '')}{to}/>")
        return True

    # Logging in

    def _log_in(self):
        secret = base64.b64encode(f"\0{self.user}\0{self.password}".encode()).decode()
        self._write("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>"
                    f"{secret}</auth>")
        answer = self.wait_for(lambda item: item.tag in (SASL + "success", SASL + "failure"),
                               self._seconds, "the outcome of the login")
        if answer.tag == SASL + "failure":
            raise HarnessError(f"{self.jid} cannot log in: {ET.tostring(answer, 'unicode')}")
        self._start_stream()
        features = self._await(STREAM + "features")
        bound = self.ask("<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>"
                         "<resource>test</resource></bind>", kind="set")
        self.full_jid = bound.findtext(".//{urn:ietf:params:xml:ns:xmpp-bind}jid")
        if features.find("{urn:ietf:params:xml:ns:xmpp-session}session") is not None:
            self.ask("<session xmlns='urn:ietf:params:xml:ns:xmpp-session'/>", kind="set")
        self.ask("<query xmlns='jabber:iq:roster'/>")

    def _register(self):
        """Create the account in band; an account that exists already is as good."""
        answer = self.ask("<query xmlns='jabber:iq:register'>"
                          f"<username>{escape(self.user)}</username>"
                          f"<password>{escape(self.password)}</password></query>", kind="set",
                          accept_error=True, to=self.domain)
        if answer.get("type") == "error" and error_condition(answer) != "conflict":
            raise HarnessError(f"{self.jid} cannot be created: {ET.tostring(answer, 'unicode')}")

    def _await(self, tag):
        return self.wait_for(lambda item: item.tag == tag, self._seconds, tag)

    # Sending

    def new_id(self):
        return f"t{next(self._numbers)}"

    def send(self, text):
        """Send stanzas given as text."""
        self._write(text)

    def message(self, to, body, kind="chat", identifier=None):
        """Send a message and return its id."""
        identifier = identifier or self.new_id()
        self._write(f"<message to={quoteattr(to)} type='{kind}' id='{identifier}'>"
                    f"<body>{escape(body)}</body></message>")
        return identifier

    def presence(self, to=None, kind=None, status=None, show=None):
        """Send a presence and return its id."""
        identifier = self.new_id()
        where = f" to={quoteattr(to)}" if to else ""
        what = f" type='{kind}'" if kind else ""
        inner = (f"<show>{show}</show>" if show else "") + \
            (f"<status>{escape(status)}</status>" if status else "")
        self._write(f"<presence{where}{what} id='{identifier}'>{inner}</presence>")
        return identifier

    def ask(self, payload, to=None, kind="get", accept_error=False, seconds=None):
        """Send an iq and return its answer."""
        identifier = self.new_id()
        where = f" to={quoteattr(to)}" if to else ""
        self._write(f"<iq type='{kind}' id='{identifier}'{where}>{payload}</iq>")
        answer = self.wait_for(is_answer(identifier), seconds or self._seconds,
                               f"the answer to {payload[:60]}")
        if answer.get("type") == "error" and not accept_error:
            raise HarnessError(f"{self.jid} was refused: {ET.tostring(answer, 'unicode')}")
        return answer

    # Receiving

    def wait_for(self, accept, seconds=None, what="a stanza"):
        """Take and return the first stanza that accept() likes; the others stay for later."""
        seconds = seconds or self._seconds
        deadline = time.monotonic() + seconds
        with self._condition:
            while True:
                for index, stanza in enumerate(self._inbox):
                    if accept(stanza):
                        return self._inbox.pop(index)
                if self._closed:
                    raise HarnessError(f"{self.jid} waited for {what}, but {self._closed}")
                left = deadline - time.monotonic()
                if left <= 0:
                    waiting = [ET.tostring(item, "unicode")[:200] for item in self._inbox[-4:]]
                    raise HarnessError(f"{self.jid} waited {seconds} s for {what}; it holds {waiting}")
                self._condition.wait(left)

    def never(self, accept, seconds=1.0, what="a stanza"):
        """Fail if a stanza that accept() likes is there or arrives within the time."""
        try:
            stanza = self.wait_for(accept, seconds, what)
        except HarnessError:
            return
        raise HarnessError(f"{self.jid} received {what}: {ET.tostring(stanza, 'unicode')}")

    def forget(self):
        """Drop what has arrived and was not taken."""
        with self._condition:
            self._inbox.clear()

    def close(self):
        try:
            self._write("</stream:stream>")
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self._socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
