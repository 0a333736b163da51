/* SPDX-License-Identifier: ISC */
#ifndef DEVICES_HOST_BRIDGE_H
#define DEVICES_HOST_BRIDGE_H

#include "devices/pci_function.h"

/* The i440FX host bridge (8086:1237), for place 0.0. Without firmware PAM is as it leaves all of it: RAM, for good. */
void host_bridge_init(struct pci_function *bridge, bool firmware);
/* Is the guest-physical address in a shadow of ROM (abi/info.h)? A write of it exits, and is made only if PAM lets it. */
bool host_bridge_shadow(const struct pci_function *bridge, uint64_t gpa);
bool host_bridge_lets_write(const struct pci_function *bridge, uint64_t gpa);

#endif
