/*
 * expat-attributes.c - lets the stock xmpp module of Kamailio live: an LD_PRELOAD library.
 *
 * Expat ends the list of an element's attributes with NULL. The module (5.6.3, and later ones)
 * looks for an empty name and reads through that NULL, so that it dies of the first element of any
 * server. Here it gets a copy of the list with the empty name that it looks for. To be loaded into
 * Kamailio only, where no other module uses expat: whoever looks for NULL would find it a word
 * late.
 */
#include <dlfcn.h>
#include <stdlib.h>

#define EXPAT "libexpat.so.1"

struct XML_ParserStruct; /* expat's own name: its header is not needed to build this */

typedef void (*start_fn)(void *user, const char *name, const char **attributes);
typedef void (*end_fn)(void *user, const char *name);
typedef void (*set_fn)(struct XML_ParserStruct *parser, start_fn start, end_fn end);

void XML_SetElementHandler(struct XML_ParserStruct *parser, start_fn start, end_fn end);

/* One for the process: the module has one handler, whatever the number of its parsers. */
static start_fn start_of_module;

static void start_element(void *user, const char *name, const char **attributes)
{
    size_t count = 0;
    const char **copy;
    size_t i;

    while (attributes[count])
        count++;
    copy = malloc((count + 2) * sizeof(*copy));
    if (!copy)
        abort(); /* an element left out would give the next one's content to another */
    for (i = 0; i < count; i++)
        copy[i] = attributes[i];
    copy[count] = "";
    copy[count + 1] = NULL;
    start_of_module(user, name, copy);
    free(copy);
}

/* Takes the place of expat's function of this name. */
void XML_SetElementHandler(struct XML_ParserStruct *parser, start_fn start, end_fn end)
{
    void *expat = dlopen(EXPAT, RTLD_LAZY);
    set_fn set = NULL;

    if (expat)
        *(void **)&set = dlsym(expat, "XML_SetElementHandler");
    if (!set)
        abort();
    start_of_module = start;
    set(parser, start ? start_element : NULL, end);
}
