"""sip.py - a SIP user for tests: registers, sends MESSAGE, keeps each that it gets; over UDP.

It knows of SIP (RFC 3261, 3428) what one needs to talk to a server on loopback.
"""

import itertools
import re
import socket
import threading
import time

from process import HarnessError, wait_until

REPEAT_SECONDS = 0.5  # timer E (RFC 3261 17.1.2.2)


class SipMessage:
    """A request or an answer: its first line, its headers in lower case, its body."""

    def __init__(self, data):
        head, _, body = data.partition(b"\r\n\r\n")
        self.first, *lines = head.decode().split("\r\n")
        self.headers = [(name.strip().lower(), value.strip())
                        for name, _, value in (line.partition(":") for line in lines)]
        self.body = body.decode()

    def all(self, name):
        return [value for key, value in self.headers if key == name]

    def get(self, name):
        return next(iter(self.all(name)), "")

    def uri(self, name):
        """The address in From, To or Contact, without display name and parameters."""
        value = self.get(name)
        inner = re.search(r"<([^>]*)>", value)
        return inner.group(1) if inner else value.split(";")[0]

    @property
    def status(self):
        """The code of an answer; None for a request."""
        return int(self.first.split()[1]) if self.first.startswith("SIP/2.0 ") else None


class SipUser:
    """One user agent at an address of its own, which speaks to one server."""

    _numbers = itertools.count(1)

    def __init__(self, user, domain, address, server):
        self.uri = f"sip:{user}@{domain}"
        self._domain, self._user, self._server = domain, user, server
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((address, 0))
        self._address, self._port = self._socket.getsockname()
        self._condition = threading.Condition()
        self._answers, self._received = {}, []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def contact(self):
        return f"sip:{self._user}@{self._address}:{self._port}"

    # Requests of ours

    def register(self, seconds=15):
        self.expect_status(200, self.request("REGISTER", f"sip:{self._domain}", self.uri, self.uri,
                                             ["Expires: 600"], seconds=seconds), "REGISTER")

    def message(self, to, body, kind="text/plain", sender=None, copies=1):
        """Send a MESSAGE to an address like alice@fabrikam.example; return the final status."""
        uri = f"sip:{to}"
        return self.request("MESSAGE", uri, sender or self.uri, uri, [f"Content-Type: {kind}"],
                            body, copies=copies)

    @staticmethod
    def expect_status(wanted, status, what):
        if status != wanted:
            raise HarnessError(f"the SIP server answered {what} with {status}, not {wanted}")

    def request(self, method, uri, sender, to, headers, body="", seconds=15, copies=1):
        """Send a request until the final answer is there, each time in so many copies; return its status."""
        number = next(self._numbers)
        branch = f"z9hG4bK-{self._port}-{number}"
        content = body.encode()
        text = "\r\n".join([
            f"{method} {uri} SIP/2.0",
            f"Via: SIP/2.0/UDP {self._address}:{self._port};branch={branch}",
            "Max-Forwards: 70", f"From: <{sender}>;tag=t{number}", f"To: <{to}>",
            f"Call-ID: c{number}-{self._port}", f"CSeq: {number} {method}",
            f"Contact: <{self.contact}>", *headers, f"Content-Length: {len(content)}", "", ""])
        deadline = time.monotonic() + seconds
        with self._condition:
            while branch not in self._answers:
                if time.monotonic() > deadline:
                    raise HarnessError(f"the SIP server has not answered {method} in {seconds} s")
                for _ in range(copies):
                    self._send(text.encode() + content, self._server)
                self._condition.wait_for(lambda: branch in self._answers, REPEAT_SECONDS)
            return self._answers[branch]

    def _send(self, data, where):
        self._socket.sendto(data, where)

    # What comes

    def _read(self):
        while True:
            try:
                data, where = self._socket.recvfrom(65535)
            except OSError:
                return
            if not data:
                return
            message = SipMessage(data)
            with self._condition:
                if message.status is None:
                    self._serve(message, where)
                elif message.status >= 200:
                    branch = re.search(r"branch=([^;,\s]+)", message.get("via")).group(1)
                    self._answers[branch] = message.status
                self._condition.notify_all()

    def _serve(self, request, where):
        """Keep a MESSAGE, once however often it is repeated, and answer it."""
        known = any(item.get("call-id") == request.get("call-id") for item in self._received)
        if request.first.startswith("MESSAGE ") and not known:
            self._received.append(request)
        lines = ["SIP/2.0 200 OK", *(f"Via: {value}" for value in request.all("via")),
                 f"From: {request.get('from')}", f"To: {request.get('to')};tag=u{self._port}",
                 f"Call-ID: {request.get('call-id')}", f"CSeq: {request.get('cseq')}",
                 "Content-Length: 0", "", ""]
        self._send("\r\n".join(lines).encode(), where)

    def bodies(self):
        """The texts received so far, in order."""
        with self._condition:
            return [item.body for item in self._received]

    def wait_message(self, sender, body, seconds=20):
        """Wait for a MESSAGE from an address like alice@fabrikam.example; return it."""
        def find():
            with self._condition:
                return next((item for item in self._received if item.body == body
                             and item.uri("from") == f"sip:{sender}"), None)
        try:
            return wait_until(find, seconds, f"a MESSAGE of {sender}")
        except HarnessError as error:
            with self._condition:
                held = [(item.uri("from"), item.body) for item in self._received]
            raise HarnessError(f"{self.uri}: {error}; it has {held}") from error

    def close(self):
        self._socket.close()
