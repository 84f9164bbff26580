"""test_metrics.py - what a proxy shows to who watches it, and that the examples ask for no more."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time

from ctl import check
from exposition import Exposition, grouped, selectors
from programs import Failure, Host, INSIDE_SOCKET, Proxy, finish
from test_federate import connect, converse

LISTEN = '\nmetrics = { address = "127.0.0.1"; port = 0; };\n'


class Watched(Proxy):
    """A proxy with metrics."""

    def __init__(self, *arguments, **more):
        super().__init__(*arguments, **more)
        with open(self.path("proxy.conf"), "a", encoding="utf-8") as file:
            file.write(LISTEN)

    def ask(self, path, method="GET"):
        connection = http.client.HTTPConnection(self.metrics, timeout=10)
        connection.request(method, path)
        answer = connection.getresponse()
        return answer, answer.read().decode()

    def numbers(self):
        answer, text = self.ask("/metrics")
        check("status", answer.status == 200, text)
        check("type", answer.headers["Content-Type"] ==
              "text/plain; version=0.0.4; charset=utf-8", answer.headers)
        return Exposition(text)


def wait_for(condition, what):
    deadline = time.monotonic() + 10
    while not condition():
        if time.monotonic() > deadline:
            raise Failure(what)
        time.sleep(0.05)


def report(proxy, path):
    answer, text = proxy.ask(path)
    check("JSON", answer.headers["Content-Type"] == "application/json", answer.headers)
    return answer.status, json.loads(text)


def families_of_table():
    """name -> (type, help) as metrics.def has them."""
    with open(os.path.join(os.environ["EXAMPLE"], "observe/metrics.def"), encoding="utf-8") as file:
        rows = re.findall(r'^X\((\w+), (\w+), "[^"]*", "([^"]*)"\)$', file.read(), re.MULTILINE)
    return {"xmppfed_" + name: (kind.lower(), text) for name, kind, text in rows}


def test_readiness(folder):
    """Not ready without a host, ready with one, not ready while it ends."""
    proxy = Watched(os.path.join(folder, "contoso"), "contoso.example", "contoso").start()
    status, said = report(proxy, "/readyz")
    check("no host", status == 503 and not said["ready"] and "no host" in said["reason"]
          and said["hosts_missing"] == ["contoso.example"], said)
    check("gauge", proxy.numbers().value("xmppfed_ready") == 0)
    host = Host(proxy)
    proxy.wait(event="INSIDE_UP")
    status, said = report(proxy, "/readyz")
    check("ready", status == 200 and said["ready"] and said["store"] == "reachable" and
          said["outside"] == proxy.outside and said["hosts_missing"] == [], said)
    status, said = report(proxy, "/healthz")
    check("alive", status == 200 and said["alive"], said)
    numbers = proxy.numbers()
    check("gauges", numbers.value("xmppfed_ready") == 1
          and numbers.value("xmppfed_hosts", domain="contoso.example") == 1)
    finish(host, proxy)


def test_standing_still(folder):
    """A loop that stood still says so afterwards, and then is well again."""
    proxy = Watched(os.path.join(folder, "contoso"), "contoso.example", "contoso").start()
    os.kill(proxy.child.pid, signal.SIGSTOP)
    time.sleep(7)
    os.kill(proxy.child.pid, signal.SIGCONT)
    status, said = report(proxy, "/healthz")
    check("stood still", status == 503 and not said["alive"] and said["delay_us"] > 5000000, said)
    wait_for(lambda: report(proxy, "/healthz")[0] == 200, "it does not get well")
    finish(proxy)


def test_requests(folder):
    """Other paths and methods are refused; a client that says nothing holds nobody up."""
    proxy = Watched(os.path.join(folder, "contoso"), "contoso.example", "contoso").start()
    check("path", proxy.ask("/")[0].status == 404)
    check("method", proxy.ask("/metrics", "POST")[0].status == 405)
    answer, text = proxy.ask("/metrics", "HEAD")
    check("head", answer.status == 200 and text == "", text)
    address, port = proxy.metrics.rsplit(":", 1)
    silent = [socket.create_connection((address, int(port))) for _ in range(15)]
    check("with silent ones", proxy.numbers().value("xmppfed_build_info", version=VERSION) == 1)
    more = [socket.create_connection((address, int(port))) for _ in range(10)]
    try:
        queued = http.client.HTTPConnection(proxy.metrics, timeout=2)
        queued.request("GET", "/healthz")
        queued.getresponse()
        raise Failure("more connections are served than 16")
    except TimeoutError:
        pass
    started = time.monotonic()
    for peer in silent:
        peer.settimeout(25)
        check("cut off", peer.recv(1) == b"")
    check("in time", 5 < time.monotonic() - started < 25)
    for peer in more:
        peer.close()
    proxy.numbers()
    big = socket.create_connection((address, int(port)))
    try:
        big.sendall(b"GET /metrics HTTP/1.1\r\nHost: " + b"x" * 100000)
    except OSError:
        pass
    check("too large", not big.recv(100000).startswith(b"HTTP/1.1 200"))
    proxy.numbers()
    finish(proxy)


def test_unix_socket(folder):
    proxy = Proxy(os.path.join(folder, "contoso"), "contoso.example", "contoso")
    with open(proxy.path("proxy.conf"), "a", encoding="utf-8") as file:
        file.write('\nmetrics = { path = "metrics.sock"; };\n')
    proxy.start()
    peer = socket.socket(socket.AF_UNIX)
    peer.connect(proxy.path("metrics.sock"))
    check("mode", os.stat(proxy.path("metrics.sock")).st_mode & 0o777 == 0o660)
    peer.sendall(b"GET /metrics HTTP/1.0\r\n\r\n")
    text = b""
    while got := peer.recv(65536):
        text += got
    Exposition(text.decode().split("\r\n\r\n", 1)[1])
    finish(proxy)
    check("removed", not os.path.exists(proxy.path("metrics.sock")))


def test_settings(folder):
    """Only loopback addresses, unless more is asked for."""
    rows = (('{ address = "0.0.0.0"; }', "is no loopback address"),
            ('{ address = "192.0.2.1"; port = 1; }', "is no loopback address"),
            ('{ address = "127.0.0.1"; path = "x"; }', "either 'address' or 'path'"),
            ("{ }", "either 'address' or 'path'"),
            ('{ address = "127.0.0.1"; ports = 1; }', "ports"),
            ('{ address = "0.0.0.0"; anywhere = true; }', None),
            ('{ address = "::1"; }', None))
    for number, (group, wanted) in enumerate(rows):
        proxy = Proxy(os.path.join(folder, f"check{number}"), "contoso.example", "contoso")
        with open(proxy.path("proxy.conf"), "a", encoding="utf-8") as file:
            file.write(f"\nmetrics = {group};\n")
        done = subprocess.run([os.environ["XMPPFED_PROXY"], "--check", proxy.path("proxy.conf")],
                              capture_output=True, text=True, timeout=60, check=False)
        check(group, (done.returncode == 0) == (wanted is None) and (wanted or "") in done.stderr,
              done.stderr)


def stranger(proxy):
    """Somebody who names a domain that must not become a label."""
    address, port = proxy.outside.rsplit(":", 1)
    with socket.create_connection((address, int(port))) as peer:
        peer.sendall(b"<stream:stream xmlns='jabber:server' version='1.0' to='contoso.example' "
                     b"from='stranger.example' xmlns:stream='http://etherx.jabber.org/streams'>")
        while peer.recv(4096):
            pass


def test_numbers(folder):
    """A conversation is counted, on both sides, and a stranger's names are nowhere."""
    record = {"SupportDialbackNegotiation": False, "Bidi": "never"}
    contoso, fabrikam = connect(folder, INSIDE_SOCKET, record, record, kind=Watched)
    ours, theirs = Host(contoso), Host(fabrikam, "--status", "in a meeting")
    contoso.wait(event="INSIDE_UP")
    fabrikam.wait(event="INSIDE_UP")
    before = contoso.numbers()
    check("nothing yet", before.value("xmppfed_pairs_proved_total", direction="out", method="PKIX",
                                      tls="TLS1.3") == 0)
    converse(ours, theirs)
    ours.send(kind="message", id="m2", body="x",
              **{"from": "alice@contoso.example", "to": "bob@elsewhere.example"})
    ours.wait(kind="message", type="error", id="m2")
    stranger(contoso)
    contoso.wait(event="STREAM_DOWN", remote="stranger.example")
    now = contoso.numbers()
    check("the table", families_of_table() == now.families)
    both = {"method": "PKIX", "tls": "TLS1.3"}
    for direction in ("in", "out"):
        check(direction, now.value("xmppfed_streams", direction=direction, **both) == 1
              and now.value("xmppfed_pairs_proved_total", direction=direction, **both) == 1
              and now.value("xmppfed_links", direction=direction, state="up") == 1
              and now.value("xmppfed_stream_setup_seconds_count", direction=direction) == 1
              and now.value("xmppfed_stanzas_total", direction=direction, decision="allow",
                            **{"class": "message"}) == 1)
    check("refused", now.value("xmppfed_stanzas_total", direction="out", decision="refuse",
                               **{"class": "message"}) == 1)
    check("bounced", now.value("xmppfed_outcomes_total", outcome="BOUNCED") == 1)
    check("condition", now.matching("xmppfed_bounces_total", [("direction", "=", "out")]) == 23
          and sum(value for (name, labels), value in now.samples.items()
                  if name == "xmppfed_bounces_total" and ("direction", "out") in labels) == 1)
    check("decided", now.value("xmppfed_decision_seconds_count", direction="out") >= 4)
    check("stranger", sum(value for (name, labels), value in now.samples.items()
                          if name == "xmppfed_stream_failures_total"
                          and ("direction", "in") in labels) == 1)
    check("events", now.value("xmppfed_events_total", event="STREAM_UP") == 2
          and now.value("xmppfed_events_total", event="READY") == 1)
    check("partners", now.value("xmppfed_partners", key_usage="server") == 1)
    expiry = now.value("xmppfed_certificate_expiry_timestamp_seconds", domain="contoso.example")
    check("expiry", expiry > time.time(), expiry)
    check("no stranger, no partner", not any("stranger" in str(key) or "fabrikam" in str(key) or
                                             "elsewhere" in str(key) for key in now.samples))
    check("the same series", before.order == now.order)
    check("they only grow", all(now.samples[key] >= value for key, value in before.samples.items()
                                if key[0].endswith(("_total", "_bucket", "_count", "_sum"))))
    examples(now)
    fabrikam.child.kill()
    fabrikam.child.wait()
    contoso.wait(event="STREAM_DOWN", remote="fabrikam.example")
    wait_for(lambda: contoso.numbers().value("xmppfed_streams", direction="in", **both) == 0,
             "the stream is still shown")
    ended = contoso.numbers()
    check("ended", sum(value for (name, labels), value in ended.samples.items()
                       if name == "xmppfed_stream_ends_total") >= 1)
    finish(ours, contoso)
    theirs.child.kill()


def test_dialback(folder):
    """Streams that only carry checks are no failures."""
    off = {"SaslNegotiation": "NotSupported"}
    contoso, fabrikam = connect(folder, INSIDE_SOCKET, off, off, kind=Watched)
    ours, theirs = Host(contoso), Host(fabrikam, "--status", "in a meeting")
    contoso.wait(event="INSIDE_UP")
    fabrikam.wait(event="INSIDE_UP")
    converse(ours, theirs)
    finish(ours, contoso)
    wait_for(lambda: fabrikam.numbers().value("xmppfed_links", direction="out", state="up") == 0
             and fabrikam.numbers().value("xmppfed_links", direction="in", state="up") == 0,
             "the streams are still shown")
    now = fabrikam.numbers()
    for direction in ("in", "out"):
        check(direction, now.value("xmppfed_pairs_proved_total", direction=direction,
                                   method="DIALBACK_TLS", tls="TLS1.3") == 1)
        ended = sum(value for (name, labels), value in now.samples.items()
                    if name == "xmppfed_stream_ends_total" and ("direction", direction) in labels)
        # Theirs to ask about a key is one of ours to accept.
        check(f"the one that stood: {direction}", ended >= 1, ended)
    failed = {key: value for key, value in now.samples.items() if value and
              key[0] == "xmppfed_stream_failures_total" and ("direction", "out") in key[1]}
    check("no failures", not failed, failed)
    finish(theirs, fabrikam)


def queries_of(folder):
    """(file, query) of all that the examples ask for."""
    with open(os.path.join(folder, "grafana/xmppfed.json"), encoding="utf-8") as file:
        text = file.read()
        board = json.loads(text)
    for panel in board["panels"]:
        for target in panel.get("targets", []):
            yield "xmppfed.json", target["expr"]
    for variable in board["templating"]["list"][1:]:  # the first is the data source
        yield "xmppfed.json", variable["query"]
    with open(os.path.join(folder, "prometheus/xmppfed.rules.yml"), encoding="utf-8") as file:
        for expr in re.findall(r"^ +expr: (.+)$", file.read(), re.MULTILINE):
            yield "xmppfed.rules.yml", expr


def examples(numbers):
    """Dashboard and alerts select series that there are, and group by labels that they have."""
    queries = list(queries_of(os.path.join(os.environ["EXAMPLE"], "..")))
    check("both", {name for name, _ in queries} == {"xmppfed.json", "xmppfed.rules.yml"})
    for name, query in queries:
        found = list(selectors(query))
        check(f"{name}: {query}: no metric of ours", found)
        for metric, matchers in found:
            own = [m for m in matchers if m[0] not in ("instance", "job")]
            check(f"{name}: nothing is like {metric} {own}", numbers.matching(metric, own))
        labels = {label for metric, _ in found for (sample, pairs) in numbers.samples
                  if sample == metric for label, _ in pairs}
        wrong = [label for label in grouped(query) if label not in labels | {"instance"}]
        check(f"{name}: {query}: no label {wrong}", not wrong)


def test_parser(_folder):
    """The reader is strict: each of these is refused."""
    good = ("# HELP a_total x\n# TYPE a_total counter\na_total{b=\"c\\\"\"} 1\n"
            "# HELP h x\n# TYPE h histogram\nh_bucket{le=\"0.1\"} 1\nh_bucket{le=\"+Inf\"} 2\n"
            "h_sum 1.5\nh_count 2\n")
    check("good", Exposition(good).value("a_total", b='c\\"') == 1)
    bad = (good.replace("# HELP a_total x\n", ""), good.replace("counter", "number"),
           good.replace("a_total{", "b_total{"), good.replace("} 1\n#", "} x\n#"),
           good.replace("b=\"c\\\"\"", "b=\"c\"\""), good.replace("h_count 2", "h_count 3"),
           good.replace("+Inf", "0.2"), good.replace("\"0.1\"} 1", "\"0.1\"} 3"),
           good.replace("h_sum 1.5\n", ""), good[:-1], good.replace("\nh_sum", "\n\nh_sum"),
           good.replace("a_total", "a"), good + good)
    for text in bad:
        try:
            Exposition(text)
        except (Failure, AttributeError, KeyError, IndexError):
            continue
        raise Failure(f"this was read:\n{text}")


VERSION = subprocess.run([os.environ["XMPPFED_PROXY"], "--version"], capture_output=True, text=True,
                         check=True).stdout.split()[1]


def main():
    tests = [test_parser, test_settings, test_readiness, test_standing_still, test_requests, test_unix_socket,
             test_numbers, test_dialback]
    wanted = sys.argv[1:]
    for test in tests:
        if wanted and test.__name__ not in wanted:
            continue
        with tempfile.TemporaryDirectory() as folder:
            test(folder)
        print(f"ok {test.__name__}", flush=True)


if __name__ == "__main__":
    main()
