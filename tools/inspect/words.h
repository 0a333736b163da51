/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_INSPECT_WORDS_H
#define TOOLS_INSPECT_WORDS_H

#include <stddef.h>
#include <stdint.h>

/* The words of reports for the numbers of the ABI. An unknown number gives "?". */
const char *word_subject_kind(uint32_t kind);
const char *word_region_kind(uint32_t kind);
const char *word_start(uint32_t start);
const char *word_fault(uint32_t fault);
const char *word_fault_action(uint32_t action);
const char *word_event_action(uint32_t action);
const char *word_flow(uint32_t kind);      /* one word */
const char *word_flow_long(uint32_t kind); /* a sentence for a legend */
const char *word_extent(uint32_t kind);
const char *word_table(uint32_t table);
const char *word_status(uint32_t status);
/* "rwx", "rw-", with " uncached" */
void word_map_rights(char text[16], uint32_t rights);
/* Rights as words separated by a space; "none" if empty. */
#define WORD_RIGHTS_TEXT 160
void word_rights(char text[WORD_RIGHTS_TEXT], uint64_t rights);
/* Audit classes: "security safety user system" */
void word_classes(char text[WORD_RIGHTS_TEXT], uint32_t classes);

#endif
