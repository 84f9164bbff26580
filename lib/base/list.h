/* list.h - an intrusive doubly linked list with a head node. */
#ifndef XFED_BASE_LIST_H
#define XFED_BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct xfed_node {
    struct xfed_node *prev;
    struct xfed_node *next;
};

#define XFED_CONTAINER(node, type, member) ((type *)(void *)((char *)(node)-offsetof(type, member)))

static inline void xfed_list_init(struct xfed_node *head)
{
    head->prev = head;
    head->next = head;
}

/* Whether nothing is in the list of this head. */
static inline bool xfed_list_empty(const struct xfed_node *head)
{
    return head->next == head;
}

/* Puts a node that is in no list at the end. */
static inline void xfed_list_append(struct xfed_node *head, struct xfed_node *node)
{
    node->prev = head->prev;
    node->next = head;
    head->prev->next = node;
    head->prev = node;
}

/* Takes a node out; a node that is in no list (prev and next NULL) stays as it is. */
static inline void xfed_list_remove(struct xfed_node *node)
{
    if (!node->next)
        return;
    node->prev->next = node->next;
    node->next->prev = node->prev;
    node->prev = NULL;
    node->next = NULL;
}

/* Whether the node is in a list now. */
static inline bool xfed_list_linked(const struct xfed_node *node)
{
    return node->next != NULL;
}

#endif
