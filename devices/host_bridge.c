/* SPDX-License-Identifier: ISC */
/*
 * The i440FX host bridge: identity and the PAM registers by which firmware makes C0000..FFFFF RAM.
 *
 * Left out: what PAM does. A guest's second-level tables are fixed, so all of that range is RAM at all times, and a
 * write that PAM would discard is made (docs/decisions/shadow-ram.md). DRAM timing, SMRAM, ECC, error reporting: the registers do not exist.
 * Data sheet: Intel 82441FX (290549), 3.2.
 */
#include "devices/host_bridge.h"

enum { PAM = 0x59, PAM_REGISTERS = 7, PAM_BITS = 0x33 };

void host_bridge_init(struct pci_function *bridge)
{
	static const struct pci_identity identity = {
	        .vendor = 0x8086, .device = 0x1237, .revision = 2, .class_code = 6};
	pci_function_init(bridge, &identity);
	bridge->config[PCI_COMMAND] = PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER;
	bridge->writable[PCI_COMMAND] = bridge->writable[PCI_COMMAND + 1] = 0;
	for (unsigned i = 0; i < PAM_REGISTERS; i++)
		bridge->writable[PAM + i] = PAM_BITS;
}
