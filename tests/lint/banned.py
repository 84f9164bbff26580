# banned.py - lint: functions, headers, extensions and words that the tree does without.
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))

import source
import tap

# Nobody calls these: unbounded, stateful, unchecked or predictable.
NEVER = ("sprintf", "vsprintf", "strcpy", "strcat", "strncpy", "strncat", "stpcpy", "strtok", "gets",
         "alloca", "atoi", "atol", "atoll", "atof", "rand", "srand", "random", "setjmp", "longjmp",
         "system", "popen", "tmpnam", "mktemp", "gmtime", "localtime", "ctime", "asctime",
         "gethostbyname", "inet_addr", "inet_ntoa", "asprintf", "memmem")
# Tests are held to the ones by which a buffer overflows.
OVERFLOWING = ("sprintf", "vsprintf", "strcpy", "strcat", "stpcpy", "strtok", "gets", "alloca", "atoi")
# The core leaves these to its host: memory goes through lib/base/memory.h, nothing is printed, no
# clock is read, no environment looked at, no process ended.
NOT_IN_CORE = ("malloc", "calloc", "realloc", "strdup", "strndup", "printf", "vprintf", "puts",
               "putchar", "fprintf", "vfprintf", "fputs", "perror", "fopen", "open", "read", "write",
               "socket", "connect", "getaddrinfo", "time", "clock_gettime", "gettimeofday", "sleep",
               "getenv", "setenv", "abort", "exit", "signal", "fork", "assert")
# ... but for the one file that passes the C library's allocator on.
CORE_EXCEPT = {"lib/base/context.c": ("malloc", "realloc"),
               "examples/translate/text.c": ("realloc",)}
# ... and pure functions of examples leave them to theirs.
CORE = ("lib/", "examples/translate/")

GNU_HEADERS = ("argp.h", "err.h", "error.h", "execinfo.h", "features.h", "malloc.h", "obstack.h",
               "sys/queue.h", "alloca.h", "values.h", "bits/*")
# Compilers' extensions; the public macros of common.h are the one place for attributes.
EXTENSIONS = (
    (re.compile(r"\b(?:__attribute__|__builtin_\w+|__extension__)"), "an extension"),
    (re.compile(r"\b(?:typeof|__typeof__)\b"), "an extension"),
    (re.compile(r"\(\{"), "a statement expression"),
    (re.compile(r"\?\s*:"), "an elvis operator"),
    (re.compile(r"\b_GNU_SOURCE\b"), "a GNU feature macro"),
)
EXTENSIONS_EXCEPT = ("include/xmppfed/common.h",)

# Words that mark unfinished work; put apart here so that this file does not fail itself.
UNFINISHED = re.compile(r"\b(?:" + "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK")) +
                        r")\b")
# Places that exist only on one developer's machine.
PRIVATE = re.compile(r"(?<![\w.$}])(?:/root/|/home/\w)")
TEXTS = (".c", ".h", ".def", ".py", ".sh", ".md", ".build", ".map", ".txt")
TEXT_FOLDERS = source.CODE + ("tests", "fuzz", "doc", "tools", ".ci")


def _calls(code, names):
    for match in re.finditer(r"(?<![\w.>])(" + "|".join(names) + r")\s*\(", code):
        yield code.count("\n", 0, match.start()) + 1, match.group(1)


def problems_of_code(root, path):
    """Banned calls, headers and extensions of one C file."""
    text = source.read(root, path)
    code = source.code_only(text)
    for line, name in _calls(code, NEVER):
        yield f"{path}:{line}: {name}() is banned"
    if path.startswith(CORE) and not path.startswith(("lib/uv/", "lib/unbound/")):
        for line, name in _calls(code, NOT_IN_CORE):
            if name not in CORE_EXCEPT.get(path, ()):
                yield f"{path}:{line}: {name}() is for hosts, not for the core"
    for line, kind, name in source.includes(text):
        if kind == "<" and any(name == h or h.endswith("*") and name.startswith(h[:-1])
                               for h in GNU_HEADERS):
            yield f"{path}:{line}: <{name}> is not standard C or POSIX"
    if path not in EXTENSIONS_EXCEPT:
        for pattern, what in EXTENSIONS:
            for match in pattern.finditer(code):
                line = code.count("\n", 0, match.start()) + 1
                yield f"{path}:{line}: '{match.group()}' is {what}"


def problems_of_test(root, path):
    """Calls that not even tests make."""
    for line, name in _calls(source.code_only(source.read(root, path)), OVERFLOWING):
        yield f"{path}:{line}: {name}() is banned"


def problems_of_text(root, path):
    """Words that may stand in no file."""
    for number, line in enumerate(source.read(root, path).split("\n"), 1):
        for match in UNFINISHED.finditer(line):
            yield f"{path}:{number}: '{match.group()}': finish it or take it out"
        if PRIVATE.search(line) and path != "tests/lint/banned.py":
            yield f"{path}:{number}: names a private path"


def check(root):
    """(folder, problems) for each folder."""
    code = list(source.files(root, source.CODE, (".c", ".h", ".def")))
    tests = list(source.files(root, ("tests", "fuzz"), (".c", ".h")))
    texts = list(source.files(root, TEXT_FOLDERS, TEXTS))
    texts += [leaf for leaf in sorted(os.listdir(root)) if leaf.endswith(TEXTS)]
    for folder, members in source.by_folder(code).items():
        yield f"code of {folder}", [p for path in members for p in problems_of_code(root, path)]
    for folder, members in source.by_folder(tests).items():
        yield f"calls of {folder}", [p for path in members for p in problems_of_test(root, path)]
    for folder, members in source.by_folder(texts).items():
        yield (f"words of {folder or 'the top'}",
               [p for path in members for p in problems_of_text(root, path)])


if __name__ == "__main__":
    tap.report(check(sys.argv[1]))
