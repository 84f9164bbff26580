"""sip.py - a SIP user for tests: registers, sends MESSAGE, keeps each that it gets; over UDP.

It knows of SIP (RFC 3261, 3428) what one needs to talk to a server on loopback; sip_phone.py adds
presence. A request that is challenged is sent again with the user's password.
"""

import dataclasses
import hashlib
import itertools
import re
import socket
import threading
import time

from process import HarnessError, wait_until

REPEAT_SECONDS = 0.5  # timer E (RFC 3261 17.1.2.2)
PASSWORD = "secret"
ASKS = {401: ("www-authenticate", "Authorization"),
        407: ("proxy-authenticate", "Proxy-Authorization")}


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

    def tag(self, name):
        """The tag of From or To; empty if it has none."""
        found = re.search(r";\s*tag=([^;\s]+)", self.get(name).rpartition(">")[2])
        return found.group(1) if found else ""

    @property
    def method(self):
        return self.first.split()[0]

    @property
    def status(self):
        """The code of an answer; None for a request."""
        return int(self.first.split()[1]) if self.first.startswith("SIP/2.0 ") else None


@dataclasses.dataclass
class Dialog:
    """A dialog (RFC 3261 12), or what shall become one: a request beyond any is its first."""

    local: str   # the URI in our From
    remote: str  # ... and in our To
    target: str  # Request-URI
    call_id: str
    local_tag: str
    remote_tag: str = ""
    routes: tuple = None
    cseq: int = 0

    def confirm(self, answer):
        """A request of ours was answered 2xx: the first fixes the route (RFC 3261 12.1.2, 12.2.1.2)."""
        self.remote_tag = self.remote_tag or answer.tag("to")
        self.target = answer.uri("contact") or self.target
        if self.routes is None:
            routes = [part.strip() for value in answer.all("record-route")
                      for part in value.split(",")]
            self.routes = tuple(reversed(routes))


def digest(challenge, user, password, method, uri):
    """The answer to a challenge of Digest with MD5 (RFC 2617 3.2)."""
    said = dict(re.findall(r'(\w+)="?([^",]+)"?', challenge))

    def md5(*parts):
        return hashlib.md5(":".join(parts).encode()).hexdigest()
    fields = {"username": user, "realm": said["realm"], "nonce": said["nonce"], "uri": uri}
    first, second = md5(user, said["realm"], password), md5(method, uri)
    if "qop" in said:
        extra = {"qop": "auth", "nc": "00000001", "cnonce": md5(said["nonce"], "ours")}
        fields["response"] = md5(first, said["nonce"], extra["nc"], extra["cnonce"], "auth", second)
        bare = f", qop=auth, nc={extra['nc']}, cnonce=\"{extra['cnonce']}\""
    else:
        fields["response"] = md5(first, said["nonce"], second)
        bare = ""
    return "Digest " + ", ".join(f'{name}="{value}"' for name, value in fields.items()) + bare


class SipUser:
    """One user agent at an address of its own, which speaks to one server."""

    _numbers = itertools.count(1)

    def __init__(self, user, domain, address, server):
        self.address = f"{user}@{domain}"
        self.uri = f"sip:{self.address}"
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

    def register(self, seconds=15, expires=600):
        self.expect_status(200, self.request("REGISTER", f"sip:{self._domain}", self.uri, self.uri,
                                             [f"Expires: {expires}"], seconds=seconds), "REGISTER")

    def message(self, to, body, kind="text/plain", sender=None, copies=1, headers=(), call_id=None):
        """Send a MESSAGE to an address like alice@fabrikam.example; return the final status."""
        uri = f"sip:{to}"
        return self.request("MESSAGE", uri, sender or self.uri, uri,
                            [f"Content-Type: {kind}", *headers], body, copies=copies,
                            call_id=call_id)

    @staticmethod
    def expect_status(wanted, status, what):
        if status != wanted:
            raise HarnessError(f"the SIP server answered {what} with {status}, not {wanted}")

    def request(self, method, uri, sender, to, headers, body="", seconds=15, copies=1,
                call_id=None):
        """Send a request beyond any dialog, each time in so many copies; return the final status."""
        dialog = self.new_dialog(uri, sender, to, call_id)
        return self.exchange(dialog, method, headers, body, seconds, copies).status

    def new_dialog(self, uri, sender, to, call_id=None):
        number = next(self._numbers)
        return Dialog(sender, to, uri, call_id or f"c{number}-{self._port}", f"t{number}")

    def exchange(self, dialog, method, headers, body="", seconds=15, copies=1):
        """Send a request, with the password if that is asked for; return the final answer."""
        answer = self._exchange(dialog, method, headers, body, seconds, copies)
        if answer.status in ASKS:
            asked, answered = ASKS[answer.status]
            proof = digest(answer.get(asked), self._user, PASSWORD, method, dialog.target)
            answer = self._exchange(dialog, method, [*headers, f"{answered}: {proof}"], body,
                                    seconds, copies)
        return answer

    def _exchange(self, dialog, method, headers, body, seconds, copies):
        branch = f"z9hG4bK-{self._port}-{next(self._numbers)}"
        dialog.cseq += 1
        content = body.encode()
        tag = f";tag={dialog.remote_tag}" if dialog.remote_tag else ""
        data = "\r\n".join([
            f"{method} {dialog.target} SIP/2.0",
            f"Via: SIP/2.0/UDP {self._address}:{self._port};branch={branch}",
            "Max-Forwards: 70", *(f"Route: {route}" for route in dialog.routes or ()),
            f"From: <{dialog.local}>;tag={dialog.local_tag}", f"To: <{dialog.remote}>{tag}",
            f"Call-ID: {dialog.call_id}", f"CSeq: {dialog.cseq} {method}",
            f"Contact: <{self.contact}>", *headers, f"Content-Length: {len(content)}",
            "", ""]).encode() + content
        deadline = time.monotonic() + seconds
        with self._condition:
            while branch not in self._answers:
                if time.monotonic() > deadline:
                    raise HarnessError(f"the SIP server has not answered {method} in {seconds} s")
                for _ in range(copies):
                    self._send(data, self._server)
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
                    self._answers[branch] = message
                self._condition.notify_all()

    def _serve(self, request, where):
        """Answer a request."""
        tag = "" if request.tag("to") else f";tag=u{self._port}"
        lines = [f"SIP/2.0 {self.take(request)} -",
                 *(f"Via: {value}" for value in request.all("via")),
                 f"From: {request.get('from')}", f"To: {request.get('to')}{tag}",
                 f"Call-ID: {request.get('call-id')}", f"CSeq: {request.get('cseq')}",
                 "Content-Length: 0", "", ""]
        self._send("\r\n".join(lines).encode(), where)

    def take(self, request):
        """Keep a MESSAGE, once however often it is repeated; return the status of the answer."""
        if request.method == "MESSAGE" and not self._has(request):
            self._received.append(request)
        return 200

    def _has(self, request):
        """One request is another again if From's tag, Call-ID and CSeq are (RFC 3261 8.2.2.2)."""
        def key(item):
            return item.tag("from"), item.get("call-id"), item.get("cseq")
        return any(key(item) == key(request) for item in self._received)

    def bodies(self):
        """The texts received so far, in order."""
        with self._condition:
            return [item.body for item in self._received]

    def find_message(self, sender, body, kind="text/plain"):
        """A MESSAGE from an address like alice@fabrikam.example; None if it is not there."""
        with self._condition:
            return next((item for item in self._received if item.body == body
                         and item.uri("from").split(";")[0] == f"sip:{sender}"
                         and item.get("content-type").split(";")[0] == kind), None)

    def wait_message(self, sender, body, seconds=20):
        """Wait for a MESSAGE; return it."""
        try:
            return wait_until(lambda: self.find_message(sender, body), seconds,
                              f"a MESSAGE of {sender}")
        except HarnessError as error:
            with self._condition:
                held = [(item.uri("from"), item.body) for item in self._received]
            raise HarnessError(f"{self.uri}: {error}; it has {held}") from error

    def close(self):
        self._socket.close()
