/*
 * xmppfed/element.h - XML elements: read them, build them, write them.
 *
 * Purpose: one tree type for stanzas and negotiation elements. A root owns everything below it and
 * is freed in one call. Names are always the pair {local name, namespace}; strings are UTF-8 and
 * NUL-terminated (XML has no U+0000). Building is sticky: after an allocation failure the adding
 * calls do nothing and xmppfed_element_status() of the root says XMPPFED_ERR_NOMEM, so that only
 * the end of a builder needs a check.
 *
 *     xmppfed_element *m = xmppfed_element_new(ctx, "message", "jabber:server");
 *     xmppfed_element_set_attribute(m, "to", "bob@fabrikam.example");
 *     xmppfed_element_add_text(xmppfed_element_add_child(m, "body", "jabber:server"), "Hello");
 *     if (xmppfed_element_status(m) == 0)
 *         puts(xmppfed_element_text(xmppfed_element_child(m, "body", "jabber:server")));
 *     xmppfed_element_free(m);
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef XMPPFED_ELEMENT_H
#define XMPPFED_ELEMENT_H

#include <xmppfed/common.h>
#include <xmppfed/context.h>

XMPPFED_BEGIN_DECLS

typedef struct xmppfed_element xmppfed_element;

/* The namespace of attributes written as xml:lang and the like. */
#define XMPPFED_NS_XML "http://www.w3.org/XML/1998/namespace"
/* The content namespaces of federation (RFC 6120 4.8.2) and of the component protocol (XEP-0114). */
#define XMPPFED_NS_SERVER "jabber:server"
#define XMPPFED_NS_COMPONENT "jabber:component:accept"

/*
 * Makes a root element. name is a local name, ns a namespace URI ("" for none); both are copied.
 * Returns NULL when out of memory, or when XML does not allow name or ns.
 * Ownership: the caller frees it. Threads: one at a time a tree.
 */
XMPPFED_API xmppfed_element *xmppfed_element_new(xmppfed_context *ctx, const char *name,
                                                 const char *ns);

/* Frees a root with all below it. NULL is fine; a child is not. Errors: none. */
XMPPFED_API void xmppfed_element_free(xmppfed_element *root);

/*
 * A deep copy of any element as a root of its own, in its own memory; NULL when out of memory.
 * Ownership: the caller frees it.
 */
XMPPFED_API xmppfed_element *xmppfed_element_copy(const xmppfed_element *e);

/*
 * 0, or the first failure of a building call on this tree: XMPPFED_ERR_NOMEM (memory or budget;
 * also for e NULL), XMPPFED_ERR_ARGUMENT (a name, namespace, value or text that XML forbids).
 */
XMPPFED_API int xmppfed_element_status(const xmppfed_element *e);

/* Local name. Ownership: borrowed from the tree. "" for NULL. */
XMPPFED_API const char *xmppfed_element_name(const xmppfed_element *e);

/* Namespace URI, "" for none. Ownership: borrowed from the tree. "" for NULL. */
XMPPFED_API const char *xmppfed_element_ns(const xmppfed_element *e);

/* Whether e (not NULL) has this local name and namespace: 1 or 0. */
XMPPFED_API int xmppfed_element_is(const xmppfed_element *e, const char *name, const char *ns);

/* Value of the attribute without namespace, or NULL. Ownership: borrowed from the tree. */
XMPPFED_API const char *xmppfed_element_attribute(const xmppfed_element *e, const char *name);

/* Value of the attribute in a namespace (for xml:lang: "lang", XMPPFED_NS_XML), or NULL. */
XMPPFED_API const char *xmppfed_element_attribute_ns(const xmppfed_element *e, const char *name,
                                                     const char *ns);

/* First child element, or NULL. Ownership: borrowed from the tree. */
XMPPFED_API xmppfed_element *xmppfed_element_first(const xmppfed_element *e);

/* Next sibling element, or NULL. Ownership: borrowed from the tree. */
XMPPFED_API xmppfed_element *xmppfed_element_next(const xmppfed_element *e);

/* First child with this local name and namespace, or NULL. Ownership: borrowed from the tree. */
XMPPFED_API xmppfed_element *xmppfed_element_child(const xmppfed_element *e, const char *name,
                                                   const char *ns);

/*
 * The text directly inside e, joined; "" if there is none.
 * Ownership: borrowed from the tree until the next building call on it.
 */
XMPPFED_API const char *xmppfed_element_text(const xmppfed_element *e);

/* Adds a child at the end and returns it; NULL (and a sticky status) when out of memory. */
XMPPFED_API xmppfed_element *xmppfed_element_add_child(xmppfed_element *e, const char *name,
                                                       const char *ns);

/* Adds a deep copy of other as the last child of e and returns it; NULL as above. */
XMPPFED_API xmppfed_element *xmppfed_element_add_copy(xmppfed_element *e,
                                                      const xmppfed_element *other);

/* Adds text at the end. Bytes that are not UTF-8 or not allowed in XML set the sticky status. */
XMPPFED_API void xmppfed_element_add_text(xmppfed_element *e, const char *text);

/* Sets an attribute without namespace; value NULL removes it. */
XMPPFED_API void xmppfed_element_set_attribute(xmppfed_element *e, const char *name,
                                               const char *value);

/* Sets an attribute in a namespace; value NULL removes it. */
XMPPFED_API void xmppfed_element_set_attribute_ns(xmppfed_element *e, const char *name,
                                                  const char *ns, const char *value);

/* Takes a child out of its parent; its memory stays with the tree. NULL is fine. */
XMPPFED_API void xmppfed_element_remove(xmppfed_element *child);

/* Gives every element of the tree that is in namespace from the namespace to. */
XMPPFED_API void xmppfed_element_change_ns(xmppfed_element *root, const char *from, const char *to);

/*
 * Writes e as it would stand inside a stream with content namespace content_ns (which is then not
 * declared again). Canonical and namespace-correct, so that parsing it gives an equal tree.
 * On success *ret is NUL-terminated and *ret_len its length without the NUL.
 * Errors: XMPPFED_ERR_NOMEM, XMPPFED_ERR_ARGUMENT (e has a bad status).
 * Ownership: the caller frees *ret with xmppfed_element_free_text(). Threads: one at a time a tree.
 */
XMPPFED_API XMPPFED_MUST_CHECK int xmppfed_element_write(const xmppfed_element *e,
                                                         const char *content_ns, char **ret,
                                                         size_t *ret_len);

/* Frees what xmppfed_element_write() gave for an element of this context. NULL is fine. */
XMPPFED_API void xmppfed_element_free_text(xmppfed_context *ctx, char *text);

XMPPFED_END_DECLS

#endif
