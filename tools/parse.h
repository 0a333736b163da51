/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_PARSE_H
#define TOOLS_PARSE_H

#include "tools/description.h"
#include "tools/document.h"

/* The parts of parse(), in this order: later ones look names up that earlier ones have entered. */
void parse_subjects(struct compiler *compiler, xmlNodePtr system);  /* subjects and their vCPUs */
void parse_schedules(struct compiler *compiler, xmlNodePtr system); /* groups and schedules */
void parse_regions(struct compiler *compiler, xmlNodePtr system);   /* regions and maps */
void parse_devices(struct compiler *compiler, xmlNodePtr system);   /* lines and ports */
void parse_channels(struct compiler *compiler, xmlNodePtr system);  /* channels, serial ports */
void parse_events(struct compiler *compiler, xmlNodePtr system);    /* events and fault policies */
void parse_rights(struct compiler *compiler, xmlNodePtr system);    /* may, audit, staging, deny */
/* Which index and bit each doorbell, event and line gets in the tables of its ends. */
void parse_wiring(struct compiler *compiler);

/* A region named by an attribute: mapped into `subject` with MAP_* rights; index of the region, or CONFIG_NONE and a
 * problem. */
uint32_t parse_map_of(struct compiler *compiler, const xmlNode *node, const char *attribute, uint32_t subject,
                      uint32_t rights);
/* A name's syntax and length; the check that it is not used twice is the caller's. */
const char *parse_name(struct compiler *compiler, const xmlNode *node);
/* Reports E-too-many-... and returns false if there is no room. */
bool parse_room(struct compiler *compiler, const xmlNode *node, unsigned count, unsigned limit, const char *what);
/* Subject named by an attribute; reports `check` if there is none. */
uint32_t parse_subject(struct compiler *compiler, const xmlNode *node, const char *name, const char *check);

#endif
