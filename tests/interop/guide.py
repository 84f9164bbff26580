"""guide.py - takes the files and commands out of a page of doc/guide, and does what it says.

A block of the language console has commands behind "# ", continued behind "> ", and below each what
it prints: those lines must come in this order, with anything between them, and … stands for
anything. A block of conf or json below a line that is nothing but a path in backticks is that file.
"""

import dataclasses
import os
import re
import subprocess

from process import HarnessError

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.M | re.S)
PATH = re.compile(r"^`(/[\w./-]+)`\n\n\Z", re.M)
RUN, WRITTEN = ("console",), ("conf", "json")
SHOWN = ("dns", "powershell", "text", "sh")  # for other machines, or as an administrator's example


@dataclasses.dataclass
class Command:
    text: str
    expected: list


@dataclasses.dataclass
class File:
    path: str
    text: str


def commands(block):
    """The commands of a console block with the lines expected of each."""
    found = []
    for line in block.splitlines():
        if line.startswith("# "):
            found.append(Command(line[2:], []))
        elif line.startswith("> ") and found and not found[-1].expected:
            found[-1].text += "\n" + line[2:]
        elif found:
            found[-1].expected.append(line)
        else:
            raise HarnessError(f"a block begins with '{line}', which is no command")
    return found


def steps(page):
    """What a page has one do, in order."""
    found = []
    for match in BLOCK.finditer(page):
        language, block = match.groups()
        if language in RUN:
            found += commands(block)
        elif language in WRITTEN:
            path = PATH.search(page[:match.start()])
            if not path:
                raise HarnessError(f"no path above the block that begins with {block[:60]!r}")
            found.append(File(path.group(1), block))
        elif language not in SHOWN:
            raise HarnessError(f"a block is of the language {language}, which nobody runs or reads")
    return found


def missing(expected, output):
    """The first expected line that does not come in its turn, or None."""
    lines = iter(" ".join(line.split()) for line in output.splitlines())
    for wanted in expected:
        pattern = ".*".join(re.escape(" ".join(part.split())) for part in wanted.split("…"))
        if wanted.strip() != "…" and not any(re.search(f"^ ?{pattern} ?$", line) for line in lines):
            return wanted
    return None


def perform(step, translate, environment, before):
    """Do one step; before() is called ahead of each command."""
    if isinstance(step, File):
        with open(step.path, "w", encoding="utf-8") as file:
            file.write(translate(step.text))
        return
    before()
    done = subprocess.run(["bash", "-ec", translate(step.text)], env={**os.environ, **environment},
                          cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=60, check=False)
    wanted = missing([translate(line) for line in step.expected], done.stdout)
    if done.returncode != 0 or wanted:
        raise HarnessError(f"# {step.text}\nended with {done.returncode}"
                           + (f" and without '{wanted}'" if wanted else "") + f":\n{done.stdout}")
