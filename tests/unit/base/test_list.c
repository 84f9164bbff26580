/* test_list.c - the intrusive list. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/list.h"

struct item {
    int number;
    struct xfed_node node;
};

static void test_list(void **state)
{
    struct xfed_node head;
    struct item items[3] = {{1, {0}}, {2, {0}}, {3, {0}}};
    int expected = 1;

    (void)state;
    xfed_list_init(&head);
    assert_true(xfed_list_empty(&head));
    for (size_t i = 0; i < 3; i++) {
        assert_false(xfed_list_linked(&items[i].node));
        xfed_list_append(&head, &items[i].node);
    }
    for (struct xfed_node *n = head.next; n != &head; n = n->next)
        assert_int_equal(XFED_CONTAINER(n, struct item, node)->number, expected++);
    assert_int_equal(expected, 4);

    xfed_list_remove(&items[1].node);
    xfed_list_remove(&items[1].node);
    assert_false(xfed_list_linked(&items[1].node));
    assert_ptr_equal(head.next->next, &items[2].node);
    assert_ptr_equal(head.prev->prev, &items[0].node);
    xfed_list_remove(&items[0].node);
    xfed_list_remove(&items[2].node);
    assert_true(xfed_list_empty(&head));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_list)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
