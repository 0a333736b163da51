/* SPDX-License-Identifier: ISC */
#ifndef DEVICES_MMIO_H
#define DEVICES_MMIO_H

#include "devices/machine.h"

/*
 * A guest-physical access, inside one page, of 1 to 8 bytes: RAM, local APIC of this vCPU, a device, or nobody. Below
 * 4 GiB nobody reads as all ones and swallows writes, as a PCI bus does; above, it is the guest's fault.
 */
uint64_t mmio_read(struct layer_vcpu *vcpu, uint64_t gpa, unsigned size);
/* The place itself, if it is RAM that the guest writes without an exit; else 0. */
void *mmio_ram(struct layer_vcpu *vcpu, uint64_t gpa, unsigned size);
void mmio_write(struct layer_vcpu *vcpu, uint64_t gpa, unsigned size, uint64_t value);

#endif
