/* SPDX-License-Identifier: ISC */
#include "arch/x86_64/acpi.h"
#include "arch/x86_64/boot/smp.h"
#include "arch/x86_64/hw/apic.h"
#include "arch/x86_64/hw/idt.h"
#include "arch/x86_64/hw/ioapic.h"
#include "arch/x86_64/hw/paging.h"
#include "arch/x86_64/hw/percpu.h"
#include "arch/x86_64/hw/power.h"
#include "arch/x86_64/hw/timer.h"
#include "arch/x86_64/hw/uart.h"
#include "arch/x86_64/insn.h"
#include "arch/x86_64/multiboot.h"
#include "core/machine.h"
#include "lib/range.h"

/*
 * The table of contents of start-up: from entry.S on the boot stack, then on CPU 0's own stack, up to core_main() and
 * core_cpu_main(). What goes wrong here is said on the console, and the machine stops.
 */
#define MIB (UINT64_C(1) << 20)
#define LOW_FROM 0x8000u
#define LOW_END 0x9f000u

static struct boot_info boot ONCE;
static struct acpi acpi INIT_DATA;
static struct multiboot loader INIT_DATA;
static struct {
	uint64_t magic, info;
} handed INIT_DATA;
extern uint64_t boot_tsc;
extern const uint8_t core_start[], core_end[];

_Noreturn void boot_on_stack(uint64_t top, void (*next)(void));
_Noreturn void boot_main(uint64_t magic, uint64_t info);

/* What the CPU can name, and start-up has mapped: RAM beyond it is not used. */
INIT_TEXT static uint64_t phys_limit(void)
{
	uint32_t regs[4];
	cpuid(0x80000000, 0, regs);
	bool said = regs[CPUID_EAX] >= 0x80000008;
	cpuid(0x80000008, 0, regs);
	uint64_t limit = UINT64_C(1) << (said ? regs[CPUID_EAX] & 0x3f : 36);
	return limit < paging_reach() ? limit : paging_reach();
}

INIT_TEXT static void reserve(uint64_t base, uint64_t end)
{
	boot.reserved[boot.reserved_count++] = (struct machine_range){base, end - base};
}

INIT_TEXT static void read_loader(const struct phys_view *view)
{
	static const char *const why[] = {
	        [ERR_VERSION] = "core: not started by a Multiboot 1 or 2 loader\n",
	        [ERR_RANGE] = "core: the boot loader's information is out of reach\n",
	        [ERR_CORRUPT] = "core: the boot loader's information makes no sense\n",
	        [ERR_MEMORY] = "core: the boot loader gives no memory map\n",
	};
	enum status status = multiboot_parse(view, (uint32_t)handed.magic, handed.info, &boot, &loader);
	if (status != OK)
		power_fail(why[status]);
	if (boot.package_size == 0)
		power_fail("core: there is no boot module\n");
	if (loader.dropped)
		uart_text("core: small pieces of the memory map are not used\n");
	boot.entry_tsc = boot_tsc;
	boot.phys_limit = phys_limit();
	reserve(0, MIB);
	reserve((uintptr_t)core_start, (uintptr_t)core_end);
}

/* A page for the other CPUs' first instructions, not where the loader has put the package; 0: there is none. */
INIT_TEXT static uint64_t low_page(void)
{
	uint64_t package_end = (boot.package.at + boot.package_size + 4095) & ~UINT64_C(4095);
	for (uint32_t i = 0; i < boot.memory_count; i++) {
		const struct machine_range *memory = &boot.memory[i];
		uint64_t at = memory->base > LOW_FROM ? memory->base : LOW_FROM;
		if (at + 4096 > boot.package.at && at < package_end)
			at = package_end;
		if (at < LOW_END && range_inside(at, 4096, memory->base, memory->size))
			return at;
	}
	return 0;
}

INIT_TEXT static void read_firmware(const struct phys_view *view)
{
	uint64_t rsdp = loader.rsdp ? loader.rsdp : acpi_find(view);
	if (acpi_parse(view, rsdp, &acpi) != OK)
		uart_text("core: no ACPI tables: one CPU, no interrupt lines\n");
	else if (acpi.lapic != APIC_BASE)
		power_fail("core: the local APIC is not at its usual address\n");
	power_init(acpi.reset_port, acpi.reset_value);
}

/* Not init: the code to which core_main() returns. */
__attribute__((noinline)) static _Noreturn void run(void)
{
	core_main(&boot);
	smp_release();
	core_cpu_main(0);
	machine_stop();
}

INIT_TEXT static void start(void)
{
	const struct phys_view view = {.bias = 0, .base = 0, .size = paging_reach()};
	percpu_load(0);
	read_loader(&view);
	read_firmware(&view);
	apic_init();
	boot.cpu_count = smp_init(acpi.cpu, acpi.cpu_count, low_page());
	ioapic_init(&acpi);
	if (!timer_init())
		power_fail("core: the timer's frequency cannot be found\n");
	timer_start();
	run();
}

INIT_TEXT _Noreturn void boot_main(uint64_t magic, uint64_t info)
{
	handed.magic = magic;
	handed.info = info;
	uart_init();
	paging_start();
	percpu_init();
	idt_init(apic_x2apic());
	boot_on_stack(PERCPU_HIGH + PERCPU_SLOT, start);
}
