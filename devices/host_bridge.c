/* SPDX-License-Identifier: ISC */
/*
 * The i440FX host bridge: identity and the PAM registers, by which firmware makes C0000..FFFFF RAM and keeps it.
 *
 * The shadows of video BIOS (C0000..C7FFF) and BIOS (F0000..FFFFF) are written as PAM says. Left out: that the other pieces are
 * always RAM, and that reads never go to a ROM (docs/decisions/shadow-ram.md). DRAM timing, SMRAM, ECC, error
 * reporting: the registers do not exist. Data sheet: Intel 82441FX (290549), 3.2.
 */
#include "devices/host_bridge.h"
#include "abi/info.h"

enum { PAM = 0x59, PAM_REGISTERS = 7, PAM_BITS = 0x33, PAM_WRITE = 2, PAM_PIECE = 0x4000 };

void host_bridge_init(struct pci_function *bridge, bool firmware)
{
	static const struct pci_identity identity = {
	        .vendor = 0x8086, .device = 0x1237, .revision = 2, .class_code = 6};
	pci_function_init(bridge, &identity);
	bridge->config[PCI_COMMAND] = PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER;
	bridge->writable[PCI_COMMAND] = bridge->writable[PCI_COMMAND + 1] = 0;
	for (unsigned i = 0; i < PAM_REGISTERS; i++) {
		bridge->config[PAM + i] = firmware ? 0 : PAM_BITS;
		bridge->writable[PAM + i] = firmware ? PAM_BITS : 0;
	}
}

bool host_bridge_shadow(const struct pci_function *bridge, uint64_t gpa)
{
	return bridge->writable[PAM] && (gpa - GUEST_SHADOW_VIDEO < GUEST_SHADOW_VIDEO_BYTES ||
	                                 gpa - GUEST_SHADOW_BIOS < GUEST_SHADOW_BIOS_BYTES);
}

/* The high half of PAM0 is for F0000, then two pieces a register from C0000 on. */
bool host_bridge_lets_write(const struct pci_function *bridge, uint64_t gpa)
{
	unsigned half = gpa >= GUEST_SHADOW_BIOS ? 1 : 2 + (unsigned)(gpa - GUEST_SHADOW_VIDEO) / PAM_PIECE;

	return bridge->config[PAM + half / 2] >> half % 2 * 4 & PAM_WRITE;
}
