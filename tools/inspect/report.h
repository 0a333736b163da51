/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_INSPECT_REPORT_H
#define TOOLS_INSPECT_REPORT_H

#include "abi/info.h"
#include "tools/inspect/model.h"
#include "tools/inspect/page.h"

/* The three forms of the report. They print the model and decide nothing. */
void report_text(const struct model *model, FILE *file);
void report_json(const struct model *model, FILE *file);
void report_html(const struct model *model, FILE *file);
/* One line per subject and a verdict; the part of the text report that `inspect --prove` prints. */
void report_proof(const struct model *model, FILE *file);

/* Sizes that all forms state. */
struct report_sizes {
	uint64_t package, config, payload; /* payload: the rest of the package, padding included */
	uint64_t pool, tables, core;
	uint64_t subjects; /* RAM of all regions but devices and files */
	uint64_t channels; /* of these: channels */
};
struct report_sizes report_sizes(const struct model *model);
uint64_t report_subject_ram(const struct model *model, uint32_t subject);
/* CPUs of a subject as "0 1"; "-" if it has no vCPU. */
void report_cpus(const struct model *model, uint32_t subject, char text[64]);
/* Vendor and signature that CPUID shows to a subject where the core runs by `host`'s virtualization; "" = it has no such
 * leaf. */
struct report_cpu {
	const char *host;
	char vendor[13];
	uint32_t family, model, stepping;
};
struct report_cpu report_cpu(const struct model *model, uint32_t subject, enum cpu_vendor host);
/* What the core uses of a processor (lib/capability.h). `lost`: what is lost without it; NULL = it is required. */
struct report_capability {
	const char *vendor, *name, *lost;
};
extern const struct report_capability report_capability[];
extern const size_t report_capability_count;
void report_digest(const struct model *model, char text[65]);
const char *report_digest_verdict(const struct model *model);
/* True if everything that can be proved offline was proved. */
bool report_sound(const struct model *model);

#endif
