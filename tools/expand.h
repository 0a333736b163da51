/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_EXPAND_H
#define TOOLS_EXPAND_H

#include "tools/document.h"

/* The parts of expand(); each is idempotent: an expanded description expands to itself. */
void expand_like(struct compiler *compiler, xmlNodePtr system);
void expand_subjects(struct compiler *compiler, xmlNodePtr system);
void expand_nics(struct compiler *compiler, xmlNodePtr system);
void expand_groups(struct compiler *compiler, xmlNodePtr system);
void expand_schedules(struct compiler *compiler, xmlNodePtr system);

struct attribute_default {
	const char *name, *value;
};
void expand_defaults(xmlNodePtr node, const struct attribute_default *defaults, unsigned count);
#define EXPAND_DEFAULTS(node, table) expand_defaults(node, table, (unsigned)(sizeof(table) / sizeof((table)[0])))
/* vCPUs of an app or guest after expand_subjects, and the CPU of one; lenient: mistakes are reported by parse. */
unsigned expand_cpus(struct compiler *compiler, const xmlNode *subject);
unsigned expand_cpu(struct compiler *compiler, const xmlNode *subject, unsigned vcpu);
bool expand_is_subject(const xmlNode *node);

#endif
