"""pairs.py - several pairs of domains with one server (XEP-0220 2.6), and a pair that fails."""

from case import case, expect
from client import is_message
from proxy import partner
from world import OUR_DOMAIN, PEERS, ROOMS

OUR_ROOMS = ROOMS + OUR_DOMAIN
GHOST = "ghost." + OUR_DOMAIN  # of ours, and unknown to DNS: nobody can check its keys


def links(proxy, remotes):
    """The links by which our pairs with these domains came up, one for each pair."""
    return {(record["local"], record["remote"]): record["link"]
            for record in proxy.events("STREAM_UP", direction="out") if record["remote"] in remotes}


def open_world(world, kind):
    """A peer with two domains and ours with three, who prove each other by dialback in TLS."""
    domain = PEERS[kind][1]
    there = ROOMS + domain
    records = [partner(name, sasl="NotSupported") for name in (domain, there)]
    proxy, echo = world.federation(records, more=(OUR_ROOMS, GHOST))
    rooms = world.host(proxy, domain=OUR_ROOMS)
    peer = world.peer(kind, auth="dialback", more=(there,))
    return proxy, echo, rooms, peer, there


def reach(host, client, text):
    """A message from a host of ours arrives."""
    host.message(client.jid, text)
    client.wait_for(is_message(host.jid(), text), 30, f"the message {text!r}")


@case("pairs.ejabberd-shares", kind="ejabberd", shared=True)
@case("pairs.prosody-has-no-errors", kind="prosody", shared=False)
def several(world, kind, shared):
    """Another sender and another target: on one stream where the peer can refuse a pair alone."""
    proxy, echo, rooms, peer, there = open_world(world, kind)
    alice, carol = peer.log_in("alice"), peer.log_in("carol", domain=there)
    reach(echo, alice, "the first pair")
    reach(rooms, alice, "another sender")
    reach(echo, carol, "another target")
    reach(echo, alice, "the first pair again")
    used = links(proxy, (peer.domain, there))
    expect(len(used) == 3, f"pairs: {used}")
    expect(len(set(used.values())) == (1 if shared else 3), f"links of the pairs: {used}")


@case("pairs.ejabberd-refuses-one")
def one_fails(world):
    """A pair whose key nobody confirms leaves the other alone, and its sender gets an error."""
    proxy, echo, _, peer, _ = open_world(world, "ejabberd")
    ghost = world.host(proxy, domain=GHOST)
    alice = peer.log_in("alice")
    reach(echo, alice, "before")
    ghost.message(alice.jid, "from nowhere", identifier="lost")
    ghost.wait_for(lambda stanza: stanza.get("id") == "lost" and stanza.get("type") == "error", 60,
                   "the error for the pair that fails")
    reach(echo, alice, "after")
    ups = [record for record in proxy.events("STREAM_UP", direction="out")
           if record["local"] == OUR_DOMAIN]
    expect(len(ups) == 1, f"the other pair came up {len(ups)} times")
    expect(len(proxy.events("PAIR_REFUSED", local=GHOST)) == 1, "nobody was told of the refusal")
