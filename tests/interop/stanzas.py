"""stanzas.py - predicates for what the echo-host reports: stanzas as dictionaries."""

from client import bare


def heard(kind, sender=None, type_=None, **fields):
    """Predicate: a stanza of this kind and type from this bare address, with these fields.

    A message of type None may be of any type but error.
    """
    def accept(stanza):
        if stanza.get("kind") != kind or (sender and bare(stanza.get("from")) != sender):
            return False
        seen = stanza.get("type") or None
        if kind == "message" and type_ is None:
            if seen == "error":
                return False
        elif seen != type_:
            return False
        return all(stanza.get(name) == value for name, value in fields.items())
    return accept


def heard_error(identifier):
    """Predicate: the error that answers the host's stanza with this id."""
    def accept(stanza):
        return stanza.get("type") == "error" and stanza.get("id") == identifier
    return accept
