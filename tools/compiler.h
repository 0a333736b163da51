/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_COMPILER_H
#define TOOLS_COMPILER_H

#include <stdbool.h>
#include <libxml/tree.h>
#include "tools/report.h"

/*
 * The compiler, from a description to a package:
 *   document_read    XML and schema            -> an XML tree of known shape
 *   expand           defaults, `like`, layers  -> the same tree with everything explicit (what --explain prints)
 *   parse            tree                      -> struct description: names resolved, values checked
 *   check            struct description        -> every rule that spans elements
 *   layout, emit     struct description        -> struct image: the binary tables and payloads
 *   prove            struct image              -> config_check, memory that fits, denied flows
 * Each stage reports all the mistakes it can see; the next one runs only on what the one before left without.
 */
#define COMPILER_INCLUDES 16u
struct compiler {
	struct report report;
	const char *include[COMPILER_INCLUDES]; /* where files are looked for: after the description's own folder */
	unsigned include_count;
	uint64_t memory;                 /* of the target machine; 0 = what <board> says */
	const struct platform *platform; /* its memory map; NULL: QEMU's q35 with that much memory */
	xmlDocPtr document;
	struct description *description;
	struct file *files;
	struct image *image;
};

/* All of it. After it, report.count == 0 means a good description: then image holds what to write. */
void compile(struct compiler *compiler, const char *text, size_t size);
void compiler_free(struct compiler *compiler);

bool document_read(struct compiler *compiler, const char *text, size_t size);
void document_explain(struct compiler *compiler, FILE *out);
void expand(struct compiler *compiler);
void parse(struct compiler *compiler);
void check(struct compiler *compiler);
void layout(struct compiler *compiler);
void prove(struct compiler *compiler);

#endif
