# listing.py - what the lints of tables share of which a document is made: its rows, and comparing.
import os
import re
import sys

import source
import tap


class Listing:
    """
    A table of X(...) rows in a .def file, with headings as comments, and the document made of it.

    kind is what a row is called, row the expression that takes it apart, introduction the beginning
    of the document; heading and entry give its further parts.
    """

    def __init__(self, table, document, kind, row, introduction, heading, entry):
        self.table = table
        self.path = document
        self._kind = kind
        self._row = re.compile(row)
        self._introduction = introduction
        self._heading = heading
        self._entry = entry

    def rows(self, text):
        """Yields ('class', title) and (kind, what the expression finds...) in order."""
        for line in text.partition("*/")[2].splitlines():
            match = self._row.match(line)
            if match:
                yield (self._kind,) + match.groups()
            elif line.strip():
                yield "class", line.strip("/* ")

    def document(self, text):
        """The document for a table."""
        parts = [self._introduction]
        for kind, *row in self.rows(text):
            parts.append(self._heading(*row) if kind == "class" else self._entry(*row))
        return "".join(parts)

    def check(self, root, script):
        """(name, problems): that no row was missed, and that the document is up to date."""
        text = source.read_if(root, self.table)
        found = sum(row[0] == self._kind for row in self.rows(text))
        same = source.read_if(root, self.path) == self.document(text)
        yield "the table was read whole", [] if found == text.count("\nX(") else ["rows missed"]
        yield "the document is up to date", \
            [] if same else [f"run: python3 tests/lint/{script} --update {root}"]

    def main(self, check):
        """Runs a lint: the results of check(root) as TAP, or writes the document anew."""
        if sys.argv[1] == "--update":
            with open(os.path.join(sys.argv[2], self.path), "w", encoding="utf-8") as output:
                output.write(self.document(source.read_if(sys.argv[2], self.table)))
        else:
            tap.report(check(sys.argv[1]))
