"""exposition.py - a strict reader of Prometheus' text format 0.0.4, and of selectors in queries."""

import re

from programs import Failure

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r"[a-zA-Z_][a-zA-Z0-9_]*"
VALUE = r'"((?:[^"\\\n]|\\["\\n])*)"'
SAMPLE = re.compile(rf"({NAME})(?:{{({LABEL}={VALUE}(?:,{LABEL}={VALUE})*)}})? "
                    r"([0-9]+(?:\.[0-9]+)?)")
META = re.compile(rf"# (HELP|TYPE) ({NAME}) (.+)")
SUFFIXES = {"counter": ("",), "gauge": ("",), "histogram": ("_bucket", "_sum", "_count")}


class Exposition:
    """families: name -> (type, help); samples: (name, labels as a sorted tuple) -> value."""

    def __init__(self, text):
        self.families, self.samples, self.order = {}, {}, []
        if not text.endswith("\n") or "\n\n" in text:
            raise Failure("lines must end in one new line each")
        lines = text[:-1].split("\n")
        while lines:
            self._family(lines)
        for name, (kind, _) in self.families.items():
            if kind == "histogram":
                self._check_histogram(name)

    def _family(self, lines):
        """HELP, TYPE, then all samples of the metric and nothing else's."""
        helps, types = META.fullmatch(lines.pop(0)), META.fullmatch(lines.pop(0))
        if not helps or not types or (helps[1], types[1]) != ("HELP", "TYPE") \
                or helps[2] != types[2] or types[3] not in SUFFIXES or types[2] in self.families:
            raise Failure(f"not the begin of a metric: {helps} {types}")
        name, kind = types[2], types[3]
        if (kind == "counter") != name.endswith("_total"):
            raise Failure(f"{name}: counters, and only they, end in _total")
        self.families[name] = (kind, helps[3])
        while lines and not lines[0].startswith("#"):
            self._sample(lines.pop(0), [name + suffix for suffix in SUFFIXES[kind]])

    def _sample(self, line, names):
        match = SAMPLE.fullmatch(line)
        if not match or match[1] not in names:
            raise Failure(f"not a sample of {names}: {line}")
        pairs = re.findall(rf"({LABEL})={VALUE}", match[2] or "")
        key = match[1], tuple(sorted(pairs))
        if key in self.samples or len({label for label, _ in pairs}) != len(pairs):
            raise Failure(f"twice: {line}")
        self.samples[key] = float(match[match.lastindex])
        self.order.append(key)

    def _check_histogram(self, name):
        """Buckets rise to +Inf, which is the count."""
        series = {}
        for (sample, labels), value in self.samples.items():
            if sample == name + "_bucket":
                rest = tuple(pair for pair in labels if pair[0] != "le")
                series.setdefault(rest, []).append((float(dict(labels)["le"]), value))
        for rest, buckets in series.items():
            bounds, counts = zip(*buckets)
            if list(bounds) != sorted(set(bounds)) or list(counts) != sorted(counts) \
                    or bounds[-1] != float("inf") \
                    or counts[-1] != self.samples[(name + "_count", rest)] \
                    or (name + "_sum", rest) not in self.samples:
                raise Failure(f"{name}{rest}: not a histogram: {buckets}")

    def value(self, name, **labels):
        """The sample with exactly these labels."""
        key = name, tuple(sorted(labels.items()))
        if key not in self.samples:
            raise Failure(f"there is no {key}")
        return self.samples[key]

    def matching(self, name, matchers):
        """How many samples a selector finds."""
        def fits(labels, label, operator, wanted):
            has = dict(labels).get(label, "")
            equal = re.fullmatch(wanted, has) if "~" in operator else has == wanted
            return bool(equal) != operator.startswith("!")
        return sum(sample == name and all(fits(labels, *m) for m in matchers)
                   for sample, labels in self.samples)


def selectors(query):
    """(name, [(label, operator, value)]) of each selector of our metrics in a query."""
    pattern = rf'(xmppfed_{NAME})(?:{{([^}}]*)}})?'
    for name, inside in re.findall(pattern, query):
        yield name, re.findall(rf'({LABEL})\s*(=~|!~|!=|=)\s*"([^"]*)"', inside)


def grouped(query):
    """The labels that a query groups by."""
    for labels in re.findall(r"\bby\s*\(([^)]*)\)", query):
        yield from (label.strip() for label in labels.split(","))
