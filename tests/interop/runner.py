"""runner.py - what the programs that run cases share: what was built, a line a case, the end."""

import glob
import os
import sys

from process import HarnessError

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def find_program(name):
    """The newest program of this name in a build directory of the tree, or None."""
    found = glob.glob(os.path.join(ROOT, "build*", "examples", "**", name), recursive=True)
    found = [path for path in found if os.access(path, os.X_OK) and os.path.isfile(path)]
    return max(found, key=os.path.getmtime, default=None)


def add_arguments(parser, logs):
    """The options of every runner; logs says where those of failed cases go."""
    parser.add_argument("--logs", help=logs)
    parser.add_argument("--list", action="store_true", help="print the names of the cases")
    parser.add_argument("names", nargs="*", metavar="NAME")


def tell(number, name, seconds, problem):
    """One case as a line of TAP; problem is what went wrong, in words, or None."""
    print(f"{'not ok' if problem else 'ok'} {number} - {name} # {seconds:.1f} s")
    for line in (problem or "").splitlines():
        print(f"#   {line}")
    sys.stdout.flush()


def conclude(total, failed):
    """The last line, which tools/test reads; return the exit status."""
    print(f"{total - failed} passed, {failed} failed")
    return 1 if failed else 0


def run_main(main):
    """The exit status of main(), or 2 if the harness itself could not go on."""
    try:
        return main()
    except (HarnessError, KeyboardInterrupt) as problem:
        print(f"run.py: {problem or 'interrupted'}", file=sys.stderr)
        return 2
    finally:
        sys.stdout.flush()
