/* SPDX-License-Identifier: ISC */
#ifndef DEVICES_HOST_BRIDGE_H
#define DEVICES_HOST_BRIDGE_H

#include "devices/pci_function.h"

/* The i440FX host bridge (8086:1237), for place 0.0. */
void host_bridge_init(struct pci_function *bridge);

#endif
