/* SPDX-License-Identifier: ISC */
#ifndef DEVICES_GUEST_ACCESS_H
#define DEVICES_GUEST_ACCESS_H

#include "devices/decode/emulate.h"
#include "devices/machine.h"

/*
 * Accesses by linear address on behalf of the guest: walked as its CPU would, then memory or a device. An access may
 * cross a page: both pages are translated before anything is read or written. Exceptions are left in frame.inject.
 * The frame is complete.
 */
enum emulate_answer guest_access_read(struct layer_vcpu *vcpu, uint64_t linear, unsigned size, unsigned how,
                                      uint64_t *value);
enum emulate_answer guest_access_write(struct layer_vcpu *vcpu, uint64_t linear, unsigned size, uint64_t value);
/* The end of a read-modify-write; the words are as for struct emulate_memory. */
enum emulate_answer guest_access_exchange(struct layer_vcpu *vcpu, uint64_t linear, unsigned size, unsigned how,
                                          const uint64_t *expected, const uint64_t *value);
struct emulate_memory guest_access_memory(struct layer_vcpu *vcpu);
/*
 * The instruction at CS:RIP, decoded: EMULATE_OK, or EMULATE_FAULT (its page went away), or EMULATE_UNKNOWN; then too
 * (*code)->bytes holds what there was. Comes before every access on behalf of an instruction: here is looked whether
 * what is remembered still holds.
 */
enum emulate_answer guest_access_decode(struct layer_vcpu *vcpu, const struct code_memo **code);

#endif
