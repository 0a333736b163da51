/* SPDX-License-Identifier: ISC */
/*
 * XML text to a tree of known shape. libxml2 parses and validates; the schema is part of this program, so that the
 * two cannot disagree. libxml2's own messages are mapped to named checks of ours, by its error codes.
 */
#include <stdio.h>
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

#define WORD 32u

/* How many letters have to be added, left out or changed to make one word of the other (Levenshtein). */
static unsigned distance(const char *one, const char *other)
{
	unsigned row[WORD + 1], length = (unsigned)strlen(other);
	for (unsigned j = 0; j <= length; j++)
		row[j] = j;
	for (unsigned i = 1; *one; one++, i++) {
		unsigned corner = row[0];
		row[0] = i;
		for (unsigned j = 1; j <= length; j++) {
			unsigned changed = corner + (*one != other[j - 1]);
			corner = row[j];
			unsigned left_out = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;
			row[j] = changed < left_out ? changed : left_out;
		}
	}
	return row[length];
}

/* The schema's word of this kind ("element", "attribute") that is nearest to one that it does not have there: "" if none is
 * near, or if the word exists and only stands in the wrong place. */
static void nearest(const char *kind, const char *word, char found[WORD])
{
	char before[32], name[WORD];
	unsigned best = strlen(word) > 4 ? 3 : 2; /* less than this */
	*found = '\0';
	snprintf(before, sizeof(before), "<xs:%s name=\"", kind);
	for (const char *at = schema_begin; (at = strstr(at, before));) {
		at += strlen(before);
		size_t length = strcspn(at, "\"");
		if (length >= WORD)
			continue;
		memcpy(name, at, length);
		name[length] = '\0';
		unsigned far = distance(word, name);
		if (far < best)
			memcpy(found, name, length + 1);
		best = far < best ? far : best;
	}
	if (best == 0)
		*found = '\0';
}

/* Of "Element 'x', attribute 'y': ..." the last of the two words that it begins with. */
static const char *spelling(struct compiler *compiler, const xmlError *error, const char *right)
{
	const bool attribute = error->code == XML_SCHEMAV_CVC_COMPLEX_TYPE_3_2_1;
	const char *kind = attribute ? "attribute" : "element", *mark = attribute ? "attribute '" : "Element '";
	const char *at = error->message ? strstr(error->message, mark) : NULL;
	char word[WORD], near[WORD];
	size_t length = at ? strcspn(at += strlen(mark), "'") : 0;
	if (!length || length >= WORD)
		return right;
	memcpy(word, at, length);
	word[length] = '\0';
	nearest(kind, word, near);
	return *near ? report_print(&compiler->report, "write \"%s\", or %s", near, right) : right;
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
			const char *right = schema_checks[i].right;
			if (error->code == XML_SCHEMAV_ELEMENT_CONTENT ||
			    error->code == XML_SCHEMAV_CVC_COMPLEX_TYPE_3_2_1)
				right = spelling(compiler, error, right);
			problem(&compiler->report, line, schema_checks[i].check, "%s; %s",
			        one_line(compiler, error->message), right);
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
