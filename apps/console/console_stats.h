/* SPDX-License-Identifier: ISC */
#ifndef APPS_CONSOLE_CONSOLE_STATS_H
#define APPS_CONSOLE_CONSOLE_STATS_H

#include <stdbool.h>
#include <stdint.h>
#include "abi/info.h"
#include "abi/stats.h"
#include "apps/console/console_guests.h"
#include "apps/console/console_output.h"

/* Tables from the information page and the statistics region. Without the latter, what it would tell is shown as "-". */
void console_stats_subjects(struct console_output *output, const struct console_guests *guests, bool layers);
void console_stats_exits(struct console_output *output, const struct info_subject *subject);
const char *console_stats_state(const struct info_subject *subject); /* "running" ... */
void console_stats_info(struct console_output *output, uint64_t lost);

/* What each vCPU had run when the present schedule began, for measured shares since then. */
struct console_shares {
	uint64_t switches, since;
	uint64_t runtime[64];
};
void console_shares_open(struct console_shares *shares);
/* True if a switch has happened since the last call: measuring begins anew. */
bool console_shares_update(struct console_shares *shares);
/* The schedules; then every subject's share by plan in each of them, and as measured since the last switch. */
void console_stats_schedule(struct console_output *output, const struct console_shares *shares);

#endif
