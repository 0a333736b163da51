/* SPDX-License-Identifier: ISC */
#include "arch/x86_64/hw/power.h"
#include "arch/x86_64/hw/uart.h"
#include "arch/x86_64/insn.h"
#include "core/machine.h"

/* Ways to end, the best known first; each falls through to the next if the machine is still there. */
#define POLLS 100000u

static uint16_t reset_port ONCE;
static uint8_t reset_value ONCE;

INIT_TEXT void power_init(uint16_t port, uint8_t value)
{
	reset_port = port;
	reset_value = value;
}

_Noreturn void machine_stop(void)
{
	for (;;)
		__asm__ volatile("cli; hlt");
}

_Noreturn void power_fail(const char *what)
{
	uart_text(what);
	machine_stop();
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
	attempt(reset_port, reset_value);
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
