"""sip_phone.py - a SIP user with presence: publishes its own (RFC 3903), watches others (RFC 6665).

What it says and reads of presence is what SIP phones know: PIDF (RFC 3863) with the activities of
RPID (RFC 4480) and a note.
"""

import dataclasses
import xml.etree.ElementTree as ET
from xml.sax.saxutils import escape, quoteattr

from process import HarnessError, wait_until
from sip import SipUser

PIDF, RPID = "{urn:ietf:params:xml:ns:pidf}", "{urn:ietf:params:xml:ns:pidf:rpid}"
EVENT = "Event: presence"

DOCUMENT = """<?xml version='1.0' encoding='UTF-8'?>
<presence xmlns='urn:ietf:params:xml:ns:pidf' xmlns:dm='urn:ietf:params:xml:ns:pidf:data-model'
 xmlns:rpid='urn:ietf:params:xml:ns:pidf:rpid' entity={entity}>
<tuple id='phone'><status><basic>{basic}</basic></status>{note}</tuple>
<dm:person id='user'><rpid:activities>{activity}</rpid:activities></dm:person>
</presence>"""


@dataclasses.dataclass(frozen=True)
class State:
    """What a presence document says: open or not, "away", "busy" or "" for neither, a note."""

    open: bool
    activity: str = ""
    note: str = ""


def write_pidf(entity, state):
    note = f"<note>{escape(state.note)}</note>" if state.note else ""
    return DOCUMENT.format(entity=quoteattr(entity), basic="open" if state.open else "closed",
                           activity=f"<rpid:{state.activity or 'unknown'}/>", note=note)


def read_pidf(text):
    """The State in a document; None for an empty body."""
    if not text.strip():
        return None
    root = ET.fromstring(text)
    activities = [child.tag[len(RPID):] for holder in root.iter(RPID + "activities")
                  for child in holder]
    return State(any(item.text == "open" for item in root.iter(PIDF + "basic")),
                 next((name for name in activities if name != "unknown"), ""),
                 next((item.text or "" for item in root.iter(PIDF + "note")), ""))


class Watch:
    """A subscription to someone's presence: the dialog and its notifications."""

    def __init__(self, phone, dialog):
        self._phone, self.dialog = phone, dialog
        self.answer = None
        self.notices = []  # (Subscription-State, State or None), in order
        self._last = 0     # CSeq of the newest

    @property
    def condition(self):
        """The last Subscription-State without its time: "active", "terminated;reason=rejected"."""
        if not self.notices:
            return ""
        parts = [part.strip() for part in self.notices[-1][0].split(";")]
        return ";".join(part for part in parts if not part.startswith("expires="))

    @property
    def state(self):
        """The last State that was told; None before."""
        return next((state for _, state in reversed(self.notices) if state), None)

    def told(self, request):
        """A NOTIFY has come; one that was repeated, or overtaken by a later one, says nothing new."""
        number = int(request.get("cseq").split()[0])
        if number > self._last:
            self._last = number
            self.notices.append((request.get("subscription-state"), read_pidf(request.body)))

    def ask(self, expires):
        """Send the SUBSCRIBE that begins, refreshes or ends it; return the status."""
        answer = self._phone.exchange(self.dialog, "SUBSCRIBE", [
            EVENT, f"Expires: {expires}", "Accept: application/pidf+xml"])
        if answer.status < 300:
            self.dialog.confirm(answer)
        self.answer = answer
        return answer.status

    def wait(self, accept, what, seconds=20):
        """Wait until accept(self) is true."""
        try:
            return wait_until(lambda: accept(self), seconds, what)
        except HarnessError as error:
            raise HarnessError(f"{self._phone.uri}: {error}; it was told {self.notices}") from error


class SipPhone(SipUser):
    """A user agent that registers, chats, publishes and watches."""

    def __init__(self, *arguments):
        self._watches, self._entity = [], None
        super().__init__(*arguments)

    def watch(self, to, expires=600):
        """Subscribe to the presence of an address; return the Watch, however it was answered."""
        uri = f"sip:{to}"
        found = Watch(self, self.new_dialog(uri, self.uri, uri))
        with self._condition:
            self._watches.append(found)
        found.ask(expires)
        return found

    def publish(self, state, expires=600):
        """Publish a State; None takes back what was published."""
        headers = [EVENT, f"Expires: {expires if state else 0}"]
        body = ""
        if self._entity:
            headers.append(f"SIP-If-Match: {self._entity}")
        if state:
            headers.append("Content-Type: application/pidf+xml")
            body = write_pidf(self.uri, state)
        answer = self.exchange(self.new_dialog(self.uri, self.uri, self.uri), "PUBLISH", headers,
                               body)
        self.expect_status(200, answer.status, "PUBLISH")
        self._entity = answer.get("sip-etag") if state else None

    def take(self, request):
        if request.method == "NOTIFY":
            return self._notified(request)
        return super().take(request)

    def _notified(self, request):
        """A NOTIFY may come before the answer to SUBSCRIBE (RFC 6665 4.1.2.4)."""
        for found in self._watches:
            dialog = found.dialog
            if (request.get("call-id"), request.tag("to")) == (dialog.call_id, dialog.local_tag) \
                    and dialog.remote_tag in ("", request.tag("from")):
                dialog.remote_tag = request.tag("from")
                found.told(request)
                return 200
        return 481
