/* SPDX-License-Identifier: ISC */
#ifndef DEVICES_LOOP_H
#define DEVICES_LOOP_H

#include "devices/machine.h"

/*
 * The layer's only loop: run the guest vCPU, answer why it stopped, run it again. Returns when the guest's end has been
 * asked for (reset, power-off, fault): the core then stops or restarts both.
 */
void loop(struct layer_vcpu *vcpu);

#endif
