/* SPDX-License-Identifier: ISC */
#ifndef DEVICES_INTERRUPT_H
#define DEVICES_INTERRUPT_H

#include <stdbool.h>
#include <stdint.h>

/*
 * From the interrupt controllers to the guest's local APICs, which the core keeps. `machine` is a struct machine; the
 * functions fit the models' pin and sink.
 */
void interrupt_intr(void *machine, unsigned line, bool level);      /* the PIC's INT output */
void interrupt_message(void *machine, uint64_t rte);                /* a message of the I/O APIC */
void interrupt_msi(void *machine, uint64_t address, uint32_t data); /* one of a PCI function */

/* The core takes the PIC's level only from layer vCPU 0: it calls this when another one may have changed it. */
struct machine;
void interrupt_tell(struct machine *machine);

/* Is a local APIC meant by the destination of a redirection entry? `ldr` 0: it is in x2APIC mode. */
bool interrupt_matches(uint64_t rte, uint32_t id, uint32_t ldr, uint32_t dfr);

#endif
