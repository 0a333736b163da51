/* SPDX-License-Identifier: ISC */
#ifndef APPS_CONSOLE_CONSOLE_AUDIT_H
#define APPS_CONSOLE_CONSOLE_AUDIT_H

#include <stddef.h>
#include <stdint.h>
#include "abi/audit.h"
#include "apps/console/console_output.h"

#define CONSOLE_AUDIT_DEFAULT 20u
#define CONSOLE_AUDIT_MOST 256u
#define CONSOLE_AUDIT_LINE 160u
/* The last `count` records, oldest first. */
void console_audit_show(struct console_output *output, uint32_t count);
/* One record as a line without its end. */
void console_audit_line(char *line, size_t size, const struct audit_record *record);

#endif
