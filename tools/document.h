/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_DOCUMENT_H
#define TOOLS_DOCUMENT_H

#include <stdbool.h>
#include <stdint.h>
#include "tools/compiler.h"
#include "tools/value.h"

/* The XML tree, as the later stages use it. Strings live as long as the report. */
int node_line(const xmlNode *node); /* of the description as written: `source-line` if there is one */
bool node_is(const xmlNode *node, const char *element);
const char *node_attribute(struct compiler *compiler, const xmlNode *node, const char *name); /* NULL: absent */
const char *node_text(struct compiler *compiler, const xmlNode *node);
void node_set(xmlNodePtr node, const char *name, const char *value);
void node_default(xmlNodePtr node, const char *name, const char *value); /* sets it if absent */
void node_remove(xmlNodePtr node, const char *name);
xmlNodePtr node_add(xmlNodePtr parent, const char *element, const xmlNode *origin); /* at the end; line of origin */
xmlNodePtr node_next(xmlNodePtr node, const char *element);                         /* first at or after `node` */

#define EACH_CHILD(child, parent, element) \
	for (xmlNodePtr child = node_next((parent)->children, element); child; child = node_next(child->next, element))

/* Attribute values with their generic checks; `out` keeps its value if there was a mistake or no such attribute. */
void node_size(struct compiler *compiler, const xmlNode *node, const char *name, uint64_t *out);
void node_duration(struct compiler *compiler, const xmlNode *node, const char *name, uint64_t *out); /* us */
void node_number(struct compiler *compiler, const xmlNode *node, const char *name, uint64_t least, uint64_t most,
                 uint64_t *out);
bool node_yes(struct compiler *compiler, const xmlNode *node, const char *name);
/* Index of the attribute's value in a NULL-terminated list (the schema has checked that it is there). */
unsigned node_choice(struct compiler *compiler, const xmlNode *node, const char *name, const char *const *choices);
struct words node_words(struct compiler *compiler, const xmlNode *node, const char *name);

#endif
