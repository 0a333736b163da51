/* SPDX-License-Identifier: ISC */
#ifndef SDK_LINE_H
#define SDK_LINE_H

#include <stdint.h>
#include "abi/info.h"
#include "abi/status.h"

/* A physical interrupt line of the description: it comes as an event, masked until unmasked, masked again each time. */
uint64_t line_event(const struct info_line *line); /* bit for event_wait(); 0 if line is 0 */
enum status line_unmask(const struct info_line *line);

#endif
