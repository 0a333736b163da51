/* SPDX-License-Identifier: ISC */
#include "arch/x86_64/hw/given.h"
#include "arch/x86_64/insn.h"
#include "core/machine.h"

/* Ways to end, the best known first; each falls through to the next if the machine is still there. */
#define POLLS 100000u

_Noreturn void machine_stop(void)
{
	for (;;)
		__asm__ volatile("cli; hlt");
}

static void attempt(uint16_t port, uint8_t value)
{
	if (port)
		out8(port, value);
	for (unsigned i = 0; i < POLLS; i++)
		__asm__ volatile("pause");
}

_Noreturn void machine_reboot(void)
{
	static const struct {
		uint16_t limit;
		uint64_t base;
	} __attribute__((packed)) no_idt = {0, 0};
	attempt(given.reset_port, given.reset_value);
	attempt(0xcf9, 2); /* the chip set's reset control: system reset, then go */
	attempt(0xcf9, 6);
	attempt(0x64, 0xfe);                              /* keyboard controller: pulse the reset line */
	__asm__ volatile("lidt %0; ud2" : : "m"(no_idt)); /* triple fault */
	machine_stop();
}

_Noreturn void machine_power_off(uint32_t port, uint32_t value)
{
	if (port != 0 && port <= 0xffff)
		out16((uint16_t)port, (uint16_t)value);
	machine_stop();
}
