/* SPDX-License-Identifier: ISC */
/*
 * like="OTHER": attributes that are not given, and kinds of child elements of which there is none, are copied from
 * OTHER. So `<guest name="b" like="a"><serial .../></guest>` has a's memory, kernel and fault policy, and its own serials.
 */
#include <string.h>
#include "tools/expand.h"

bool expand_is_subject(const xmlNode *node)
{
	return node_is(node, "app") || node_is(node, "guest");
}

static xmlNodePtr find_subject(struct compiler *compiler, xmlNodePtr system, const char *name)
{
	for (xmlNodePtr node = system->children; node; node = node->next)
		if (expand_is_subject(node) && !strcmp(node_attribute(compiler, node, "name"), name))
			return node;
	return NULL;
}

static void copy_missing(struct compiler *compiler, xmlNodePtr to, xmlNodePtr from)
{
	for (xmlAttrPtr attribute = from->properties; attribute; attribute = attribute->next) {
		const char *name = (const char *)attribute->name;
		if (strcmp(name, "like") && strcmp(name, "source-line"))
			node_default(to, name, node_attribute(compiler, from, name));
	}
	xmlNodePtr last = to->last;
	for (xmlNodePtr child = from->children; child; child = child->next) {
		if (child->type != XML_ELEMENT_NODE)
			continue;
		xmlNodePtr own = node_next(to->children, (const char *)child->name);
		bool copied = false;
		for (xmlNodePtr at = last ? last->next : to->children; at; at = at->next)
			copied = copied || at == own;
		if (!own || copied)
			xmlAddChild(to, xmlCopyNode(child, 1));
	}
}

enum { LIKE_DEPTH = 16 };

static void resolve(struct compiler *compiler, xmlNodePtr system, xmlNodePtr node, unsigned depth)
{
	const char *like = node_attribute(compiler, node, "like");
	if (!like)
		return;
	int line = node_line(node);
	xmlNodePtr other = find_subject(compiler, system, like);
	if (!other) {
		problem(&compiler->report, line, "E-like-unknown",
		        "like=\"%s\" names no subject; name an <app> or <guest> of this description", like);
	} else if (strcmp((const char *)other->name, (const char *)node->name)) {
		problem(&compiler->report, line, "E-like-kind",
		        "like=\"%s\" is an <%s>, this is a <%s>; name one of the same kind", like,
		        (const char *)other->name, (const char *)node->name);
	} else if (depth == LIKE_DEPTH || other == node) {
		problem(&compiler->report, line, "E-like-circle",
		        "like=\"%s\" leads back to itself; let one of them stand without like", like);
	} else {
		resolve(compiler, system, other, depth + 1);
		copy_missing(compiler, node, other);
	}
	node_remove(node, "like");
}

void expand_like(struct compiler *compiler, xmlNodePtr system)
{
	for (xmlNodePtr node = system->children; node; node = node->next)
		if (expand_is_subject(node))
			resolve(compiler, system, node, 0);
}
