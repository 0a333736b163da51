/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_CHECK_H
#define TOOLS_CHECK_H

#include "tools/description.h"

/* The rules that span elements, by subject matter. Each reports all the mistakes it finds; none changes anything. */
void check_subjects(struct compiler *compiler);
void check_files(struct compiler *compiler);
void check_devices(struct compiler *compiler);
void check_memory(struct compiler *compiler);
void check_channels(struct compiler *compiler);
void check_events(struct compiler *compiler);
void check_groups(struct compiler *compiler);
void check_schedules(struct compiler *compiler);
void check_coinciding(struct compiler *compiler);
void check_nics(struct compiler *compiler);

/* An interrupt vector: 0 = none, else 32 to 255, and never for a layer. */
void check_vector(struct compiler *compiler, uint32_t subject, uint64_t vector, int line);

#endif
