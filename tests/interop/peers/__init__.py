"""peers - real XMPP servers, each started in a private directory on its own loopback address."""
