/* SPDX-License-Identifier: ISC */
#include "start/x86_64/main.h"
#include "arch/x86_64/hw/apic.h"
#include "start/x86_64/insn.h"
#include "core/console.h"
#include "lib/range.h"
#include "start/system.h"
#include "start/x86_64/acpi.h"
#include "start/x86_64/cpu.h"
#include "start/x86_64/image.h"
#include "start/x86_64/lines.h"
#include "start/x86_64/multiboot.h"
#include "start/x86_64/paging.h"
#include "start/x86_64/smp.h"
#include "start/x86_64/timer.h"

/*
 * The table of contents of start-up: from entry.S on the boot stack, then on CPU 0's own stack, until every CPU enters the
 * core. What goes wrong here is said on the console, and the machine stops.
 */
#define MIB (UINT64_C(1) << 20)
#define LOW_FROM 0x8000u
#define LOW_END 0x9f000u

static struct boot_info boot;
static struct acpi acpi;
static struct multiboot loader;
static struct system_maps maps;
static struct {
	uint64_t magic, info;
} handed;
extern uint64_t boot_tsc;
extern const uint8_t start_end[];

_Noreturn void boot_on_stack(uint64_t top, void (*next)(void));
_Noreturn void boot_main(uint64_t magic, uint64_t info);

_Noreturn void start_fail(const char *what)
{
	console_text("bulkhead: cannot start: ");
	console_text(what);
	console_text("\n");
	machine_stop();
}

/* 16550 (National Semiconductor data sheet, 8.0) at COM1: 115200 baud, 8N1, no interrupts. */
static void open_uart(void)
{
	static const struct {
		uint16_t port;
		uint8_t value;
	} set_up[] = {{0x3f9, 0}, {0x3fb, 0x80}, {0x3f8, 1}, {0x3f9, 0}, {0x3fb, 3}, {0x3fa, 7}, {0x3fc, 3}};

	for (unsigned i = 0; i < sizeof set_up / sizeof set_up[0]; i++)
		out8(set_up[i].port, set_up[i].value);
}

/* What the CPU can name, and start-up has mapped: RAM beyond it is not used. */
static uint64_t phys_limit(void)
{
	uint32_t regs[4];
	cpuid(0x80000000, 0, regs);
	bool said = regs[CPUID_EAX] >= 0x80000008;
	cpuid(0x80000008, 0, regs);
	uint64_t limit = UINT64_C(1) << (said ? regs[CPUID_EAX] & 0x3f : 36);
	return limit < paging_reach() ? limit : paging_reach();
}

static void reserve(uint64_t base, uint64_t end)
{
	boot.reserved[boot.reserved_count++] = (struct placement_range){base, end - base};
}

static void read_loader(const struct phys_view *view)
{
	static const char *const why[] = {
	        [ERR_VERSION] = "not started by a Multiboot 1 or 2 loader",
	        [ERR_RANGE] = "the boot loader's information is out of reach",
	        [ERR_CORRUPT] = "the boot loader's information makes no sense",
	        [ERR_MEMORY] = "the boot loader gives no memory map",
	};
	enum status status = multiboot_parse(view, (uint32_t)handed.magic, handed.info, &boot, &loader);
	if (status != OK)
		start_fail(why[status]);
	if (boot.package_size == 0)
		start_fail("there is no boot module");
	if (loader.dropped)
		console_text("start: small pieces of the memory map are not used\n");
	boot.entry_tsc = boot_tsc;
	boot.phys_limit = phys_limit();
	reserve(0, MIB);
	reserve((uintptr_t)&the_system, (uintptr_t)start_end); /* the core's place, and the starter */
	boot.image_bytes = (uint64_t)(start_end - (const uint8_t *)&the_system);
}

/* A page for the other CPUs' first instructions, not where the loader has put the package; 0: there is none. */
static uint64_t low_page(void)
{
	uint64_t package_end = (boot.package + boot.package_size + 4095) & ~UINT64_C(4095);
	for (uint32_t i = 0; i < boot.memory_count; i++) {
		const struct placement_range *memory = &boot.memory[i];
		uint64_t at = memory->base > LOW_FROM ? memory->base : LOW_FROM;
		if (at + 4096 > boot.package && at < package_end)
			at = package_end;
		if (at < LOW_END && range_inside(at, 4096, memory->base, memory->size))
			return at;
	}
	return 0;
}

static void read_firmware(const struct phys_view *view)
{
	uint64_t rsdp = loader.rsdp ? loader.rsdp : acpi_find(view);
	if (acpi_parse(view, rsdp, &acpi) != OK)
		console_text("start: no ACPI tables: one CPU, no interrupt lines\n");
	else if (acpi.lapic != APIC_BASE)
		start_fail("the local APIC is not at its usual address");
	given.reset_port = acpi.reset_port;
	given.reset_value = acpi.reset_value;
}

static void start(void)
{
	const struct phys_view view = {.bias = 0, .base = 0, .size = paging_reach()};

	cpu_load(0);
	read_loader(&view);
	read_firmware(&view);
	boot.cpu_count = smp_init(acpi.cpu, acpi.cpu_count, low_page());
	lines_init(&acpi);
	if (!timer_init())
		start_fail("the timer's frequency cannot be found");
	timer_start();
	boot.tsc_khz = timer_tsc_khz;
	the_system.constant[0] =
	        (struct machine_range){(uintptr_t)&given, (uint64_t)(image_head->rodata_end - (const uint8_t *)&given)};
	system_build(&boot, &the_system, &maps);
	image_vendor->open(0);
	const uint64_t root = paging_core(&maps);
	image_vendor->finish(root);
	system_seal(&the_system);
	smp_release(root);
	image_head->enter(root, 0);
	machine_stop();
}

void boot_main(uint64_t magic, uint64_t info)
{
	handed.magic = magic;
	handed.info = info;
	open_uart();
	console_text("Bulkhead\n");
	image_place();
	paging_start();
	cpu_init();
	boot_on_stack(PERCPU_HIGH + PERCPU_SLOT, start);
}
