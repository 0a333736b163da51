/* SPDX-License-Identifier: ISC */
#ifndef ARCH_X86_64_MSR_H
#define ARCH_X86_64_MSR_H

#include <stdbool.h>
#include <stdint.h>
#include "abi/config.h"

/*
 * RDMSR and WRMSR of a guest that the description's table decides (sorted by number, checked by lib/config.c). Pure;
 * the registers that the hardware switches and those of the local APIC never come here.
 * `stores` are the vCPU's MSR_STORE registers in the order of the table.
 */
#define MSR_STORES 8u
enum msr_result {
	MSR_DONE = 0,
	MSR_TO_LAYER, /* hand the exit to the layer */
	MSR_REFUSED,  /* no record, or a write that the record does not allow: #GP by the fault policy */
};
enum msr_result msr_read(const struct config_msr *table, uint32_t count, const uint64_t stores[MSR_STORES],
                         uint32_t msr, uint64_t *value);
enum msr_result msr_write(const struct config_msr *table, uint32_t count, uint64_t stores[MSR_STORES], uint32_t msr,
                          uint64_t value);
/* The record of a register, 0 = none: for a caller that remembers the last one. */
const struct config_msr *msr_find(const struct config_msr *table, uint32_t count, uint32_t msr);
/* Start values, at every reset of the vCPU. */
void msr_reset(const struct config_msr *table, uint32_t count, uint64_t stores[MSR_STORES]);

/* Does each of its eight bytes name a memory type? APM 2 7.8.1. */
bool msr_pat_valid(uint64_t pat);

#endif
