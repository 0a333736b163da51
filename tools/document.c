/* SPDX-License-Identifier: ISC */
/*
 * XML text to a tree of known shape. libxml2 parses and validates; the schema is part of this program, so that the
 * two cannot disagree. libxml2's own messages are mapped to named checks of ours, by its error codes.
 */
#include <stdlib.h>
#include <string.h>
#include <libxml/parser.h>
#include <libxml/xmlschemas.h>
#include "tools/document.h"

__asm__(".section .rodata\n"
        "schema_begin: .incbin \"systems/bulkhead.xsd\"\n"
        "schema_end: .byte 0\n"
        ".previous\n");
extern const char schema_begin[], schema_end[];

struct schema_check {
	int code;
	const char *check, *right;
};
static const struct schema_check schema_checks[] = {
        {XML_SCHEMAV_ELEMENT_CONTENT, "E-element-unknown", "use one of the elements that may stand here"},
        {XML_SCHEMAV_CVC_ELT_1, "E-root", "a description is one <system name=\"...\"> element"},
        {XML_SCHEMAV_CVC_COMPLEX_TYPE_3_2_1, "E-attribute-unknown", "remove it, or check its spelling"},
        {XML_SCHEMAV_CVC_COMPLEX_TYPE_4, "E-attribute-missing", "add it"},
        {XML_SCHEMAV_CVC_ENUMERATION_VALID, "E-value-choice", "use one of the values listed"},
        {XML_SCHEMAV_CVC_COMPLEX_TYPE_2_1, "E-text-unexpected", "remove the text: only <may> contains any"},
        {XML_SCHEMAV_CVC_COMPLEX_TYPE_2_3, "E-text-unexpected", "remove the text: only <may> contains any"},
};

static const char *one_line(struct compiler *compiler, const char *text)
{
	char *copy = report_print(&compiler->report, "%s", text ? text : "no reason given");
	size_t length = strlen(copy);
	while (length && strchr("\n .", copy[length - 1]))
		copy[--length] = '\0';
	for (char *at = copy; *at; at++)
		if (*at == '\n')
			*at = ' ';
	return copy;
}

static void schema_error(void *context, xmlErrorPtr error)
{
	struct compiler *compiler = context;
	/* a bad choice is reported twice: the second one says only that the type does not match */
	if (error->code == XML_SCHEMAV_CVC_DATATYPE_VALID_1_2_1)
		return;
	int line = error->node ? node_line(error->node) : error->line;
	for (size_t i = 0; i < sizeof(schema_checks) / sizeof(schema_checks[0]); i++)
		if (schema_checks[i].code == error->code) {
			problem(&compiler->report, line, schema_checks[i].check, "%s; %s",
			        one_line(compiler, error->message), schema_checks[i].right);
			return;
		}
	problem(&compiler->report, line, "E-schema", "%s; follow systems/bulkhead.xsd",
	        one_line(compiler, error->message));
}

/* Of a text that is no XML the first error counts: the others follow from it. */
static void syntax_error(void *context, xmlErrorPtr error)
{
	struct compiler *compiler = context;
	if (!compiler->report.count && error->level != XML_ERR_WARNING)
		problem(&compiler->report, error->line > 0 ? error->line : 1, "E-xml-syntax",
		        "this is not XML: %s; close what is open, quote values", one_line(compiler, error->message));
}

static void validate(struct compiler *compiler)
{
	xmlSchemaParserCtxtPtr parser = xmlSchemaNewMemParserCtxt(schema_begin, (int)(schema_end - schema_begin));
	xmlSchemaPtr schema = parser ? xmlSchemaParse(parser) : NULL;
	xmlSchemaValidCtxtPtr context = schema ? xmlSchemaNewValidCtxt(schema) : NULL;
	if (context) {
		xmlSchemaSetValidStructuredErrors(context, schema_error, compiler);
		xmlSchemaValidateDoc(context, compiler->document);
	} else {
		problem(&compiler->report, 1, "E-schema", "the built-in schema cannot be read; reinstall the tool");
	}
	xmlSchemaFreeValidCtxt(context);
	xmlSchemaFree(schema);
	xmlSchemaFreeParserCtxt(parser);
}

bool document_read(struct compiler *compiler, const char *text, size_t size)
{
	xmlSetStructuredErrorFunc(compiler, syntax_error);
	if (size > 16u << 20) {
		problem(&compiler->report, 1, "E-xml-syntax",
		        "the description has more than 16 MiB; split what it describes");
		return false;
	}
	compiler->document = xmlReadMemory(text, (int)size, compiler->report.file, NULL,
	                                   XML_PARSE_NONET | XML_PARSE_NOBLANKS | XML_PARSE_NOCDATA);
	xmlSetStructuredErrorFunc(NULL, NULL);
	if (!compiler->document && !compiler->report.count)
		problem(&compiler->report, 1, "E-xml-syntax", "this is not XML; begin with <system name=\"...\">");
	if (!compiler->document || compiler->report.count)
		return false;
	if (compiler->document->intSubset) {
		problem(&compiler->report, 1, "E-xml-doctype",
		        "a document type is declared; remove the <!DOCTYPE ...>");
		return false;
	}
	validate(compiler);
	return compiler->report.count == 0;
}

static void stamp(xmlNodePtr node)
{
	char line[16];
	snprintf(line, sizeof(line), "%d", node_line(node));
	node_default(node, "source-line", line);
	for (xmlNodePtr child = node->children; child; child = child->next)
		if (child->type == XML_ELEMENT_NODE)
			stamp(child);
}

void document_explain(struct compiler *compiler, FILE *out)
{
	xmlNodePtr root = xmlDocGetRootElement(compiler->document);
	const char *slash = strrchr(compiler->report.file, '/');
	node_default(root, "source-file", slash ? slash + 1 : compiler->report.file);
	stamp(root);
	xmlDocFormatDump(out, compiler->document, 1);
}
