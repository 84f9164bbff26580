"""case.py - the list of cases: functions that take a World, with a name and a time limit."""

import dataclasses

CASES = []


@dataclasses.dataclass
class Case:
    name: str
    run: object
    seconds: int
    needs_product: bool
    shares: str = None  # consecutive cases that name the same share one World, and its servers


def case(name, seconds=60, needs_product=True, shares=None, **arguments):
    """Decorator: list a function as a case. More arguments are handed to it with the World."""
    def add(function):
        CASES.append(Case(name, lambda world: function(world, **arguments), seconds, needs_product,
                          shares))
        return function
    return add


class Failed(Exception):
    """The product did not do what the case expects."""


def expect(condition, sentence):
    """Fail with this sentence unless the condition holds."""
    if not condition:
        raise Failed(sentence)
