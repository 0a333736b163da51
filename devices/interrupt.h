/* SPDX-License-Identifier: ISC */
#ifndef DEVICES_INTERRUPT_H
#define DEVICES_INTERRUPT_H

#include <stdbool.h>
#include <stdint.h>

/*
 * From the interrupt controllers to the guest's local APICs, which the core keeps. `machine` is a struct machine; both
 * functions fit the models' pin and sink.
 */
void interrupt_intr(void *machine, unsigned line, bool level); /* the PIC's INT output */
void interrupt_message(void *machine, uint64_t rte);           /* a message of the I/O APIC */

/* Is a local APIC with this id and logical destination register meant by the destination of a redirection entry? */
bool interrupt_matches(uint64_t rte, uint32_t id, uint32_t ldr, uint32_t dfr);

#endif
