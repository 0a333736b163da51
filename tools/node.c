/* SPDX-License-Identifier: ISC */
/* Reading and changing the XML tree: thin, typed wrappers, so that libxml2's own string type stays in this file. */
#include <stdlib.h>
#include <string.h>
#include "tools/document.h"

static const xmlChar *in(const char *text)
{
	return (const xmlChar *)text;
}

int node_line(const xmlNode *node)
{
	for (const xmlNode *at = node; at && at->type == XML_ELEMENT_NODE; at = at->parent) {
		xmlChar *value = xmlGetNoNsProp(at, in("source-line"));
		int line = value ? atoi((const char *)value) : (int)at->line;
		xmlFree(value);
		if (line > 0)
			return line;
	}
	return 1;
}

bool node_is(const xmlNode *node, const char *element)
{
	return node->type == XML_ELEMENT_NODE && !strcmp((const char *)node->name, element);
}

const char *node_attribute(struct compiler *compiler, const xmlNode *node, const char *name)
{
	xmlChar *value = xmlGetNoNsProp(node, in(name));
	if (!value)
		return NULL;
	const char *copy = report_copy(&compiler->report, (const char *)value, strlen((const char *)value));
	xmlFree(value);
	return copy;
}

const char *node_text(struct compiler *compiler, const xmlNode *node)
{
	xmlChar *value = xmlNodeGetContent(node);
	const char *copy = report_print(&compiler->report, "%s", value ? (const char *)value : "");
	xmlFree(value);
	return copy;
}

void node_set(xmlNodePtr node, const char *name, const char *value)
{
	xmlSetProp(node, in(name), in(value));
}

void node_default(xmlNodePtr node, const char *name, const char *value)
{
	if (!xmlHasProp(node, in(name)))
		node_set(node, name, value);
}

void node_remove(xmlNodePtr node, const char *name)
{
	xmlUnsetProp(node, in(name));
}

xmlNodePtr node_add(xmlNodePtr parent, const char *element, const xmlNode *origin)
{
	xmlNodePtr node = xmlNewChild(parent, NULL, in(element), NULL);
	char line[16];
	snprintf(line, sizeof(line), "%d", node_line(origin));
	node_set(node, "source-line", line);
	return node;
}

xmlNodePtr node_next(xmlNodePtr node, const char *element)
{
	while (node && !node_is(node, element))
		node = node->next;
	return node;
}

static const char *const size_checks[] = {
        [VALUE_NUMBER] = "E-size-number", [VALUE_UNIT] = "E-size-unit", [VALUE_RANGE] = "E-size-range"};
static const char *const duration_checks[] = {
        [VALUE_NUMBER] = "E-duration-number", [VALUE_UNIT] = "E-duration-unit", [VALUE_RANGE] = "E-duration-range"};
static const char *const wrongs[] = {[VALUE_NUMBER] = "is not a number",
                                     [VALUE_UNIT] = "has no unit that is known",
                                     [VALUE_RANGE] = "is out of range"};

void node_size(struct compiler *compiler, const xmlNode *node, const char *name, uint64_t *out)
{
	const char *text = node_attribute(compiler, node, name);
	uint64_t value;
	if (!text)
		return;
	enum value_status status = value_size(text, &value);
	if (status != VALUE_OK)
		problem(&compiler->report, node_line(node), size_checks[status],
		        "%s=\"%s\" %s; write a size such as 4096, 64K, 256M or 1G", name, text, wrongs[status]);
	else if (value == 0 || value % 4096)
		problem(&compiler->report, node_line(node), "E-size-granule",
		        "%s=\"%s\" is not a whole number of 4 KiB pages; use a positive multiple of 4K", name, text);
	else
		*out = value;
}

void node_duration(struct compiler *compiler, const xmlNode *node, const char *name, uint64_t *out)
{
	const char *text = node_attribute(compiler, node, name);
	uint64_t value;
	if (!text)
		return;
	enum value_status status = value_duration(text, &value);
	if (status == VALUE_OK && value > UINT64_C(3600000000))
		status = VALUE_RANGE;
	if (status != VALUE_OK)
		problem(&compiler->report, node_line(node), duration_checks[status],
		        "%s=\"%s\" %s; write a duration such as 250us, 10ms or 60s, at most an hour", name, text,
		        wrongs[status]);
	else
		*out = value;
}

void node_number(struct compiler *compiler, const xmlNode *node, const char *name, uint64_t least, uint64_t most,
                 uint64_t *out)
{
	const char *text = node_attribute(compiler, node, name);
	uint64_t value;
	if (!text)
		return;
	if (value_number(text, &value) == VALUE_NUMBER)
		problem(&compiler->report, node_line(node), "E-number",
		        "%s=\"%s\" is not a number; write it as 12 or 0x3f8", name, text);
	else if (value_number(text, &value) != VALUE_OK || value < least || value > most)
		problem(&compiler->report, node_line(node), "E-number-range",
		        "%s=\"%s\" is out of range; use %llu to %llu", name, text, (unsigned long long)least,
		        (unsigned long long)most);
	else
		*out = value;
}

bool node_yes(struct compiler *compiler, const xmlNode *node, const char *name)
{
	const char *text = node_attribute(compiler, node, name);
	return text && !strcmp(text, "yes");
}

unsigned node_choice(struct compiler *compiler, const xmlNode *node, const char *name, const char *const *choices)
{
	const char *text = node_attribute(compiler, node, name);
	for (unsigned i = 0; text && choices[i]; i++)
		if (!strcmp(text, choices[i]))
			return i;
	return 0;
}

struct words node_words(struct compiler *compiler, const xmlNode *node, const char *name)
{
	const char *text = node_attribute(compiler, node, name);
	return value_words(&compiler->report, text ? text : "");
}
