"""sip_agent.py - a tiny SIP user agent over UDP: it sends requests, and answers those that come."""

import dataclasses
import queue
import re
import socket
import threading
import time
import uuid


class Message:
    """A request or response taken apart."""

    def __init__(self, data):
        head, self.body = data.decode().split("\r\n\r\n", 1)
        self.start, *lines = head.split("\r\n")
        self.lines = lines
        self.fields = {}
        for line in lines:
            name, value = line.split(":", 1)
            self.fields.setdefault(name.strip().lower(), value.strip())
        found = re.match(r"SIP/2.0 (\d+)", self.start)
        self.status = int(found[1]) if found else None
        self.method = None if found else self.start.split()[0]
        self.uri = None if found else self.start.split()[1]

    def __getitem__(self, name):
        return self.fields.get(name, "")


@dataclasses.dataclass
class Dialog:
    """A dialog of an agent's (RFC 3261 12); remote_tag and target once they are known."""

    local: str   # user@domain
    remote: str
    call_id: str
    local_tag: str
    remote_tag: str = ""
    target: str = ""
    cseq: int = 0


class SipAgent:
    """Both ends of a SIP server: what a gateway's next hop would send and take."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.requests = queue.Queue()
        self.answers = {}  # branch: queue of responses
        self.status = {}   # user: the status of the answer; None for no answer; else 200
        self.seen = set()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        while True:
            try:
                data, peer = self.socket.recvfrom(65536)
            except OSError:
                return
            message = Message(data)
            branch = re.search(r"branch=([^;\s]+)", message["via"])[1]
            if message.status is None:
                self._take(message, branch, peer)
            elif message.status >= 200 and branch in self.answers:
                self.answers[branch].put(message)

    def _take(self, request, branch, peer):
        if branch not in self.seen:
            self.seen.add(branch)
            self.requests.put(request)
        user = request.uri.split("@")[0].split(":")[1]
        status = self.status.get(user, 200)
        if status is None:
            return
        copied = [line for line in request.lines
                  if line.split(":")[0].lower() in ("via", "from", "to", "call-id", "cseq")]
        copied += self.headers(request, status)
        copied = [line + ";tag=them" if line.lower().startswith("to:") and "tag=" not in line
                  else line for line in copied]
        self.socket.sendto("\r\n".join(
            [f"SIP/2.0 {status} Phrase", *copied, "Content-Length: 0", "", ""]).encode(), peer)

    def headers(self, request, status):
        """What an answer has beyond the usual, as lines."""
        return []

    def send(self, port, sender, to, body="", method="MESSAGE", content="text/plain", extra=(),
             seconds=15):
        """Send a request, again and again as RFC 3261 17.1.2 says, and return its final response."""
        branch = "z9hG4bK" + uuid.uuid4().hex
        data = body.encode()
        lines = [f"{method} sip:{to} SIP/2.0",
                 f"Via: SIP/2.0/UDP 127.0.0.1:{self.port};branch={branch};rport",
                 "Max-Forwards: 70", f"From: <sip:{sender}>;tag={branch[7:15]}", f"To: <sip:{to}>",
                 f"Call-ID: {branch[15:]}@127.0.0.1", f"CSeq: 1 {method}", *extra]
        if body:
            lines.append(f"Content-Type: {content}")
        lines += [f"Content-Length: {len(data)}", "", ""]
        return self._transact(port, branch, "\r\n".join(lines).encode() + data, seconds)

    def _transact(self, port, branch, packet, seconds):
        answers = self.answers[branch] = queue.Queue()
        wait = 0.5
        while seconds > 0:
            self.socket.sendto(packet, ("127.0.0.1", port))
            try:
                return answers.get(timeout=min(wait, seconds))
            except queue.Empty:
                seconds -= wait
                wait = min(wait * 2, 4)
        return None

    def wait(self, method="MESSAGE", seconds=15, body=""):
        """The next request whose body begins so; retransmissions are not seen again."""
        deadline = time.monotonic() + seconds
        while True:
            request = self.requests.get(timeout=max(0.01, deadline - time.monotonic()))
            if request.method == method and request.body.startswith(body):
                return request

    def close(self):
        self.socket.close()


class PresenceAgent(SipAgent):
    """Phones that watch, and the server that notifies those who watch them."""

    def headers(self, request, status):
        if request.method == "SUBSCRIBE" and status < 300:
            return [f"Contact: <sip:127.0.0.1:{self.port}>", f"Expires: {request['expires']}"]
        return ["Min-Expires: 7200"] if status == 423 else []

    def dialog(self, local, remote):
        """One that is to begin."""
        word = uuid.uuid4().hex
        return Dialog(local, remote, word + "@127.0.0.1", word[:8])

    def dialog_of(self, subscribe):
        """That of a SUBSCRIBE that came."""
        def user(value):
            return re.search(r"sip:([^>;]+)", value)[1]
        return Dialog(user(subscribe["to"]), user(subscribe["from"]), subscribe["call-id"], "them",
                      re.search(r"tag=([^;]+)", subscribe["from"])[1],
                      re.search(r"<([^>]+)>", subscribe["contact"])[1])

    def request(self, port, dialog, method, extra=(), body="", seconds=15):
        """Send a request in a dialog, which learns from the answer; return that."""
        branch = "z9hG4bK" + uuid.uuid4().hex
        data = body.encode()
        dialog.cseq += 1
        to = f"<sip:{dialog.remote}>" + (f";tag={dialog.remote_tag}" if dialog.remote_tag else "")
        lines = [f"{method} {dialog.target or 'sip:' + dialog.remote} SIP/2.0",
                 f"Via: SIP/2.0/UDP 127.0.0.1:{self.port};branch={branch};rport",
                 "Max-Forwards: 70", f"From: <sip:{dialog.local}>;tag={dialog.local_tag}",
                 f"To: {to}", f"Call-ID: {dialog.call_id}", f"CSeq: {dialog.cseq} {method}",
                 f"Contact: <sip:127.0.0.1:{self.port}>", *extra]
        if body:
            lines.append("Content-Type: application/pidf+xml")
        packet = "\r\n".join([*lines, f"Content-Length: {len(data)}", "", ""]).encode() + data
        answer = self._transact(port, branch, packet, seconds)
        if answer and answer.status < 300 and answer["contact"]:
            dialog.target = re.search(r"<([^>]+)>", answer["contact"])[1]
        if answer and answer.status < 300 and not dialog.remote_tag:
            dialog.remote_tag = re.search(r"tag=([^;]+)", answer["to"])[1]
        return answer

    def subscribe(self, port, dialog, expires=3600, event="presence"):
        """SUBSCRIBE, the first or a later one."""
        return self.request(port, dialog, "SUBSCRIBE", (f"Event: {event}", f"Expires: {expires}"))

    def notify(self, port, dialog, state, body=""):
        """NOTIFY to one whose dialog_of() it is."""
        return self.request(port, dialog, "NOTIFY",
                            ("Event: presence", f"Subscription-State: {state}"), body)
