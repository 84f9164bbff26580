# tap.py - writes the results of a test script as TAP (version 12), one line per subtest.
import sys


class Tap:
    """Collects subtests; each is a name with a list of problems, none of which means it passed."""

    def __init__(self):
        self.count = 0
        self.failed = 0

    def result(self, name, problems=()):
        """Reports one subtest. Each problem becomes a line of explanation below it."""
        self.count += 1
        problems = list(problems)
        if problems:
            self.failed += 1
        print(f"{'not ok' if problems else 'ok'} {self.count} - {name}")
        for problem in problems:
            for line in str(problem).splitlines():
                print(f"# {line}")

    def skip(self, name, why):
        """Reports a subtest that cannot run here."""
        self.count += 1
        print(f"ok {self.count} - {name} # SKIP {why}")

    def done(self):
        """Writes the plan and ends the program: 1 if a subtest failed or there was none."""
        print(f"1..{self.count}")
        sys.exit(1 if self.failed or self.count == 0 else 0)


def report(results):
    """Reports (name, problems) pairs and ends the program."""
    tap = Tap()
    for name, problems in results:
        tap.result(name, problems)
    tap.done()
