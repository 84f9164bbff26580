"""table.py - reads tests/lab/zones.md: the situations, their records and what a look-up must find."""

import os
import re

PATH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "zones.md")
TOP = "example."
# Zones that the records of a case can be in; each is <name>.example.
ZONES = ("signed", "nsec3", "unsigned", "bogus", "lame")

SHORT = {"S": "_xmpp-server._tcp SRV", "D": "_xmpps-server._tcp SRV"}
DIGEST_DIGITS = {"1": 64, "2": 128}
ENDPOINT = re.compile(r"^\s*\d+\. (\S+) (\S+) port (\d+) (direct TLS|STARTTLS), .*proof: (\w+)$")


class Case:
    """One row: what is in DNS, who is asked, and the endpoints or the error to be found."""

    def __init__(self, cells):
        self.name, self.zone, records, self.asked, expected, self.why = cells
        literal = self.zone == "-"
        self.domain = self.name if literal else \
            f"{self.name.encode('idna').decode()}.{self.zone}.{TOP}".rstrip(".")
        self.records = [self._record(text) for text in self._list(records)]
        self.any_order = expected.endswith("(any order)")
        self.expected = [self._endpoint(text)
                         for text in self._list(expected.replace("(any order)", ""))]

    @staticmethod
    def _list(cell):
        """The items between semicolons; "20* a{n}" stands for twenty, a1 to a20."""
        items = []
        for item in cell.replace("`", "").split(";"):
            match = re.match(r"\s*(\d+)\*\s*(.*)", item)
            if match:
                items += [match.group(2).replace("{n}", str(n))
                          for n in range(1, int(match.group(1)) + 1)]
            else:
                items.append(item)
        return [item.strip() for item in items if item.strip() not in ("", "-")]

    def _record(self, text):
        """(absolute owner, type, data) of one record in short form."""
        first, _, rest = text.partition(" ")
        if first in SHORT:
            first, kind = SHORT[first].split()
            rest = f"{kind} {rest}"
        kind, _, data = rest.partition(" ")
        if kind == "TLSA":
            usage, selector, matching, letter = data.split()
            data = f"{usage} {selector} {matching} {letter * DIGEST_DIGITS.get(matching, 8)}"
        elif kind in ("SRV", "CNAME", "DNAME"):
            head, _, target = data.rpartition(" ")
            data = f"{head} {self.absolute(target)}".strip()
        return self.absolute(first), kind, data

    def absolute(self, name):
        if name.endswith("."):
            return name
        return f"{self.domain}." if name == "@" else f"{name}.{self.domain}."

    def _endpoint(self, text):
        """What lookup prints for it, in the form of found(); an error is its own name."""
        match = re.match(r"(\S+) (\S+):(\d+) (STARTTLS|direct) (\w+)(?:\+(\d+))?$", text)
        if not match:
            return text
        host, address, port, mode, proof, count = match.groups()
        host = self.domain if self.zone == "-" else self.absolute(host).rstrip(".").lower()
        return (host, address.strip("[]"), int(port), mode, proof, int(count or 0))


def found(output):
    """What lookup has printed: endpoints as tuples, or one error."""
    items = []
    for line in output.splitlines():
        match = ENDPOINT.match(line)
        error = re.match(r"nothing to dial: .*\(DNS_(\w+)\)$", line)
        if match:
            host, address, port, mode, proof = match.groups()
            items.append((host, address, int(port), mode.replace(" TLS", ""), proof, 0))
        elif error:
            items.append(error.group(1))
        elif line.startswith("     TLSA "):
            items[-1] = items[-1][:5] + (items[-1][5] + 1,)
    return items


def read(path=PATH):
    """All cases of the document, in its order."""
    cases = []
    with open(path, encoding="utf-8") as file:
        for line in file:
            cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
            if line.startswith("| `") and len(cells) == 6:
                cells[0] = cells[0].strip("`")
                cases.append(Case(cells))
    return cases
