/* ns.h - the namespaces that the library knows, each under one name. */
#ifndef XFED_XML_NS_H
#define XFED_XML_NS_H

#define XFED_NS_STREAM "http://etherx.jabber.org/streams"
#define XFED_NS_SERVER "jabber:server"
#define XFED_NS_CLIENT "jabber:client"
#define XFED_NS_STREAM_ERROR "urn:ietf:params:xml:ns:xmpp-streams"
#define XFED_NS_STANZA_ERROR "urn:ietf:params:xml:ns:xmpp-stanzas"
#define XFED_NS_TLS "urn:ietf:params:xml:ns:xmpp-tls"
#define XFED_NS_SASL "urn:ietf:params:xml:ns:xmpp-sasl"
#define XFED_NS_DIALBACK "jabber:server:dialback"
#define XFED_NS_DIALBACK_FEATURE "urn:xmpp:features:dialback"
#define XFED_NS_MANAGEMENT "urn:xmpp:sm:3"
#define XFED_NS_BIDI "urn:xmpp:bidi"
#define XFED_NS_BIDI_FEATURE "urn:xmpp:features:bidi"
#define XFED_NS_LIMITS "urn:xmpp:stream-limits:0"

#endif
