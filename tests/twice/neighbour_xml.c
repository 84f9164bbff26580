/* neighbour_xml.c - a user of libxml2 with documents, a dictionary, handlers and odd defaults. */
#include "neighbour.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/tree.h>

/* Since 2.12 the structured error is const. */
#if LIBXML_VERSION >= 21200
typedef const xmlError *error_argument;
#else
typedef xmlError *error_argument;
#endif

/* A document that shows the defaults: blanks are dropped, entities replaced. */
#define DOCUMENT "<!DOCTYPE a [<!ENTITY e \"entity\">]>\n<a>\n  <b>&e;</b>\n  <c d=\"&e;\"/>\n</a>"
#define ROOT_AS_PARSED "<a><b>entity</b><c d=\"entity\"/></a>"

static const xmlChar word[] = "a word of the program's dictionary";

static struct {
    xmlDict *dict;
    const xmlChar *word; /* as it stands in there */
    xmlParserCtxt *slow; /* is fed a few bytes a step */
    size_t fed;
    unsigned steps;
    char failed[32]; /* the document that failed last */
    int marker;      /* what the handlers get */
    xmlFreeFunc free_fn;
    xmlMallocFunc malloc_fn;
    xmlExternalEntityLoader loader; /* from before */
    xmlGenericErrorFunc generic;
} xml;

static void on_generic_error(void *user, const char *format, ...)
{
    (void)user;
    (void)format;
    neighbour_heard.xml_error++;
}

static void on_structured_error(void *user, error_argument error)
{
    (void)user;
    (void)error;
    neighbour_heard.xml_error++;
}

static xmlParserInput *on_entity(const char *url, const char *id, xmlParserCtxt *parser)
{
    (void)url;
    (void)id;
    (void)parser;
    neighbour_heard.xml_loader++;
    return NULL;
}

static void on_node(xmlNode *node)
{
    (void)node;
    neighbour_heard.xml_node++;
}

static void check_root(xmlDoc *document)
{
    xmlBuffer *text = xmlBufferCreate();

    assert_non_null(document);
    assert_non_null(text);
    assert_true(xmlNodeDump(text, document, xmlDocGetRootElement(document), 0, 0) > 0);
    assert_string_equal((const char *)xmlBufferContent(text), ROOT_AS_PARSED);
    xmlBufferFree(text);
}

/* A document that names an external entity and then breaks off: both handlers have to hear. */
static void fail_once(void)
{
    static const char broken[] = "<!DOCTYPE a SYSTEM \"other.dtd\"><a>&e;<b></a>";
    unsigned errors = neighbour_heard.xml_error;
    unsigned loads = neighbour_heard.xml_loader;

    snprintf(xml.failed, sizeof(xml.failed), "program-%u.xml", xml.steps);
    assert_null(xmlReadMemory(broken, sizeof(broken) - 1, xml.failed, NULL, XML_PARSE_DTDLOAD));
    assert_true(neighbour_heard.xml_error > errors);
    assert_true(neighbour_heard.xml_loader > loads);
}

/* The error of the last step is still the last one, as far as the program can see. */
static void check_last_error(void)
{
    const xmlError *last = xmlGetLastError();

    assert_non_null(last);
    assert_int_equal(last->domain, XML_FROM_PARSER);
    assert_string_equal(last->file, xml.failed);
}

void neighbour_xml_begin(void)
{
    memset(&xml, 0, sizeof(xml));
    xml.malloc_fn = xmlMalloc;
    xml.free_fn = xmlFree;
    xml.loader = xmlGetExternalEntityLoader();
    xml.generic = xmlGenericError;
    xmlSetGenericErrorFunc(&xml.marker, on_generic_error);
    xmlSetStructuredErrorFunc(&xml.marker, on_structured_error);
    /* The threads that are made from now on begin with the same. */
    xmlThrDefSetGenericErrorFunc(&xml.marker, on_generic_error);
    xmlThrDefSetStructuredErrorFunc(&xml.marker, on_structured_error);
    xmlThrDefKeepBlanksDefaultValue(0);
    xmlThrDefSubstituteEntitiesDefaultValue(1);
    xmlSetExternalEntityLoader(on_entity);
    xmlRegisterNodeDefault(on_node);
    xmlThrDefRegisterNodeDefault(on_node);
    xmlKeepBlanksDefault(0);
    xmlSubstituteEntitiesDefault(1);
    xmlPedanticParserDefault(1);
    xmlLineNumbersDefault(1);

    xml.dict = xmlDictCreate();
    assert_non_null(xml.dict);
    xml.word = xmlDictLookup(xml.dict, word, -1);
    xml.slow = xmlCreatePushParserCtxt(NULL, NULL, NULL, 0, "slow.xml");
    assert_non_null(xml.slow);
    fail_once();
}

/* A document read by the defaults, of which the handler for nodes hears. */
static void read_document(void)
{
    xmlParserCtxt *parser = xmlCreateMemoryParserCtxt(DOCUMENT, sizeof(DOCUMENT) - 1);
    unsigned nodes = neighbour_heard.xml_node;

    assert_non_null(parser);
    assert_int_equal(xmlParseDocument(parser), 0);
    check_root(parser->myDoc);
    assert_true(neighbour_heard.xml_node > nodes);
    xmlFreeDoc(parser->myDoc);
    xmlFreeParserCtxt(parser);
}

void neighbour_xml_step(void)
{
    check_last_error();
    if (xml.fed < sizeof(DOCUMENT) - 1)
        assert_int_equal(xmlParseChunk(xml.slow, DOCUMENT + xml.fed++, 1, 0), 0);
    assert_ptr_equal(xmlDictLookup(xml.dict, word, -1), xml.word);
    assert_int_equal(xmlDictSize(xml.dict), 1);
    read_document();
    xml.steps++;
    fail_once();
}

void neighbour_xml_check(void)
{
    check_last_error();
    assert_true(xmlGenericError == on_generic_error);
    assert_true(xmlStructuredError == on_structured_error);
    assert_ptr_equal(xmlGenericErrorContext, &xml.marker);
    assert_ptr_equal(xmlStructuredErrorContext, &xml.marker);
    assert_true(xmlGetExternalEntityLoader() == on_entity);
    assert_true(xmlMalloc == xml.malloc_fn);
    assert_true(xmlFree == xml.free_fn);
    assert_int_equal(xmlKeepBlanksDefault(0), 0);
    assert_int_equal(xmlSubstituteEntitiesDefault(1), 1);
    assert_int_equal(xmlPedanticParserDefault(1), 1);
    assert_int_equal(xmlLineNumbersDefault(1), 1);
}

void neighbour_xml_end(void)
{
    neighbour_xml_check();
    while (xml.fed < sizeof(DOCUMENT) - 1)
        assert_int_equal(xmlParseChunk(xml.slow, DOCUMENT + xml.fed++, 1, 0), 0);
    assert_int_equal(xmlParseChunk(xml.slow, NULL, 0, 1), 0);
    check_root(xml.slow->myDoc);
    xmlFreeDoc(xml.slow->myDoc);
    xmlFreeParserCtxt(xml.slow);
    xmlDictFree(xml.dict);

    xmlResetLastError();
    xmlSetGenericErrorFunc(NULL, NULL);
    xmlSetStructuredErrorFunc(NULL, NULL);
    xmlThrDefSetGenericErrorFunc(NULL, xml.generic);
    xmlThrDefSetStructuredErrorFunc(NULL, NULL);
    xmlThrDefKeepBlanksDefaultValue(1);
    xmlThrDefSubstituteEntitiesDefaultValue(0);
    xmlSetExternalEntityLoader(xml.loader);
    xmlRegisterNodeDefault(NULL);
    xmlThrDefRegisterNodeDefault(NULL);
    xmlKeepBlanksDefault(1);
    xmlSubstituteEntitiesDefault(0);
    xmlPedanticParserDefault(0);
    xmlLineNumbersDefault(0);
}
