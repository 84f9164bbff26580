# layers.py - lint: who may include whom. The table below is that of doc/architecture.md.
import fnmatch
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))

import source
import tap

# Headers of the C library that every layer may use. Not here, because the core does no I/O and
# reads no clock: time.h, unistd.h, fcntl.h, signal.h, sys/*, netdb.h and their like.
LIBC = ("errno.h", "inttypes.h", "limits.h", "stdalign.h", "stdarg.h", "stdatomic.h", "stdbool.h",
        "stddef.h", "stdint.h", "stdio.h", "stdlib.h", "string.h")

# layer: (the layers it may include, other headers it may include and nobody else unless named too)
# arpa/inet.h turns addresses into text and back; pthread.h is for pthread_once(); the time.h of tls
# takes the UTC time of a certificate apart and asks no clock.
ALL = ("base", "crypto", "address", "xml", "stream", "tls", "sasl", "dialback", "resolver",
       "policy", "negotiation", "connection")
LAYERS = {
    "base": ((), ()),
    "crypto": (("base",), ("gnutls/crypto.h", "gnutls/gnutls.h")),
    "address": (("base",), ("idn2.h", "uni*.h", "arpa/inet.h")),
    "xml": (("base",), ("libxml/*.h", "pthread.h")),
    "stream": (("base", "address", "xml"), ()),
    "tls": (("base", "crypto", "address"), ("gnutls/*.h", "time.h")),
    "sasl": (("base", "crypto", "address"), ("gsasl.h", "gsasl-*.h")),
    "dialback": (("base", "crypto", "address", "xml"), ()),
    "resolver": (("base", "crypto", "address"), ("ldns/*.h", "arpa/inet.h")),
    "policy": (("base", "address"), ("arpa/inet.h",)),
    "negotiation": (("base", "address", "xml", "stream", "dialback", "policy"), ()),
    "connection": (ALL[:-1], ()),
    "federation": (ALL, ()),
}

# public header: the layer that implements it. A layer may include the headers of those it may use.
PUBLIC = {
    "common.h": "base", "error.h": "base", "context.h": "base", "limits.h": "base",
    "address.h": "address", "element.h": "xml", "stream.h": "stream", "tls.h": "tls",
    "resolver.h": "resolver", "policy.h": "policy", "site.h": "connection", "event.h": "connection",
    "connection.h": "connection", "federation.h": "federation",
}
# ... and these, for their types alone: an enumeration of tls.h is a field of a partner record, and
# TLSA records, which the resolver finds, are matched by tls.
PUBLIC_TYPES = {"policy": ("tls.h",), "resolver": ("tls.h",)}
# The order in which public headers may include each other: only those to the left.
PUBLIC_ORDER = ("common.h", "error.h", "limits.h", "context.h", "address.h", "element.h",
                "stream.h", "tls.h", "resolver.h", "policy.h", "site.h", "event.h", "connection.h", "federation.h",
                "xmppfed.h", "uv.h", "unbound.h")

# libxmppfed-uv, libxmppfed-unbound and the examples are hosts: public headers, POSIX, and what is named here.
HOSTS = {
    "lib/uv": ("uv.h",),
    "lib/unbound": ("unbound.h",),
    "examples/component": ("uv.h", "gnutls/crypto.h"),
    "examples/replay": ("gnutls/x509.h",),
    "examples/xmppfedctl": ("jansson.h", "gnutls/*.h"),
    "examples/translate": (),
    "examples/bridge": ("sqlite3.h",),
    "examples/sip-gateway": ("uv.h", "sofia-sip/*.h"),
    "examples/kamailio": ("dlfcn.h", "uv.h", "jansson.h", "core/*.h", "modules/*/*.h", "lib/srdb1/*.h"),
    "examples/proxy": ("uv.h", "curl/curl.h", "libconfig.h", "jansson.h", "sqlite3.h", "libpq-fe.h",
                       "asm/socket.h", "microhttpd.h"),
    "examples": ("uv.h", "jansson.h"),
}
POSIX = LIBC + ("arpa/inet.h", "assert.h", "ctype.h", "fcntl.h", "getopt.h", "math.h", "netdb.h",
                "netinet/*.h", "poll.h", "pthread.h", "pwd.h", "grp.h", "signal.h", "strings.h",
                "sys/*.h", "syslog.h", "time.h", "unistd.h", "dirent.h")


# Examples of pure functions: no socket, no clock, no file; only public headers and their own.
PURE = ("examples/translate",)


def matches(name, patterns):
    """Whether a header is one of those named by the patterns."""
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


def problem_in_layer(layer, kind, name):
    """Why a layer may not include a header, or None."""
    allowed, third = LAYERS[layer]
    if kind == '"':
        other = name.split("/")[0]
        if "/" not in name or other not in LAYERS:
            return "write it as \"layer/file.h\""
        if other != layer and other not in allowed:
            return f"{layer} may not know {other}"
        return None
    if name.startswith("xmppfed/"):
        header = name[len("xmppfed/"):]
        owner = PUBLIC.get(header)
        if owner == layer or owner in allowed or header in PUBLIC_TYPES.get(layer, ()):
            return None
        return f"{layer} may not know the public header of {owner or 'no layer'}"
    if matches(name, LIBC + third):
        return None
    return f"{layer} may not use it; a third-party header is known to one layer"


def problem_in_public(header, kind, name):
    """Why a public header may not include another, or None."""
    if kind == '"':
        return "public headers use <xmppfed/...>"
    if name in ("stddef.h", "stdint.h"):
        return None
    other = name[len("xmppfed/"):] if name.startswith("xmppfed/") else None
    if other not in PUBLIC_ORDER:
        return "no foreign header in a public one"
    if header not in PUBLIC_ORDER:
        return "its header is missing in PUBLIC_ORDER of tests/lint/layers.py"
    if PUBLIC_ORDER.index(other) >= PUBLIC_ORDER.index(header):
        return f"{header} stands below {other}"
    return None


def problem_in_host(root, folder, kind, name):
    """Why the adapter or an example may not include a header, or None."""
    if kind == '"':
        top = folder.split("/")[0]
        near = os.path.join(folder, name)
        far = os.path.join(top, name)
        if os.path.exists(os.path.join(root, near)):
            return None
        if top == "examples" and os.path.exists(os.path.join(root, far)):
            return None
        return "a host has only the public headers and its own"
    if name.startswith("xmppfed/"):
        return None if name[len("xmppfed/"):] in PUBLIC_ORDER else "no such public header"
    group = next(g for g in HOSTS if folder == g or folder.startswith(g + "/"))
    if matches(name, POSIX + HOSTS[group]):
        return None
    return f"{folder} may not use it"


def problem_in_pure(folder, kind, name):
    """Why a folder of pure functions may not include a header, or None."""
    if kind == '"':
        own = os.path.basename(folder) + "/"
        return None if name.startswith(own) else f"{folder} may include only its own headers"
    if name.startswith("xmppfed/") or matches(name, LIBC):
        return None
    return f"{folder} is pure functions: it may not use it"


def problem(root, path, kind, name):
    """Why the file may not include the header, or None."""
    folder = os.path.dirname(path)
    if folder == "include/xmppfed":
        return problem_in_public(os.path.basename(path), kind, name)
    if folder in PURE and (why := problem_in_pure(folder, kind, name)):
        return why
    if folder in ("lib/uv", "lib/unbound") or folder.startswith("examples"):
        return problem_in_host(root, folder, kind, name)
    layer = folder.split("/")[1] if folder.startswith("lib/") else None
    if layer not in LAYERS:
        return "its folder is missing in LAYERS of tests/lint/layers.py"
    return problem_in_layer(layer, kind, name)


def problems_of(root, path):
    """The forbidden includes of one file."""
    for line, kind, name in source.includes(source.read(root, path)):
        why = problem(root, path, kind, name)
        if why:
            yield f"{path}:{line}: includes {name}: {why}"


def check_build_order(root):
    """The layers of lib/meson.build, which decide what links with what, are those of the table."""
    path = os.path.join(root, "lib/meson.build")
    if not os.path.exists(path):
        return []
    names = re.search(r"layer_names = \[([^\]]*)\]", source.read(root, "lib/meson.build"))
    found = re.findall(r"'(\w+)'", names.group(1)) if names else []
    return [] if found == list(LAYERS) else [f"lib/meson.build has {found}, not {list(LAYERS)}"]


def check(root):
    """(folder, problems) for each folder."""
    paths = source.files(root, source.CODE, (".c", ".h", ".def"))
    for folder, members in source.by_folder(paths).items():
        yield folder, [p for path in members for p in problems_of(root, path)]
    yield "order of the layers", check_build_order(root)


if __name__ == "__main__":
    tap.report(check(sys.argv[1]))
