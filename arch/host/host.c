/* SPDX-License-Identifier: ISC */
#include "arch/host/host.h"
#include <stdlib.h>
#include <string.h>
#include "core/system.h"
#include "lib/placement.h"
#include "lib/tables.h"

/* core/machine.h on top of struct host. Nothing here decides anything; it records and obeys. */
struct host host;
static uint8_t crash_page[4096];
static uint64_t image[1024];

void host_reset(void)
{
	jmp_buf *on_end = host.on_end;

	memset(&host, 0, sizeof(host));
	host.on_end = on_end;
	host.crash_page = crash_page;
	host.cpuid_value = 0xffffffffu;
}

void host_script(struct vcpu *vcpu, const struct host_exit *exits, uint32_t count)
{
	vcpu->machine.script = exits;
	vcpu->machine.script_count = count;
	vcpu->machine.script_next = 0;
}

static _Noreturn void end(enum host_end how)
{
	host.end = how;
	if (host.on_end)
		longjmp(*host.on_end, 1);
	abort();
}

void machine_stop(void)
{
	end(HOST_STOPPED);
}
void machine_reboot(void)
{
	end(HOST_REBOOTED);
}
void machine_power_off(uint32_t port, uint32_t value)
{
	(void)port;
	(void)value;
	end(HOST_OFF);
}

void machine_console(char c)
{
	if (host.console_length < HOST_LOG - 1)
		host.console[host.console_length++] = c;
}

enum status machine_check(const char **what)
{
	*what = host.missing_feature;
	return host.missing_feature ? ERR_FEATURE : OK;
}
void machine_cpu_open(unsigned cpu)
{
	(void)cpu;
}
uint32_t machine_vendor(void)
{
	return 0;
}
void machine_cpuid(uint32_t leaf, uint32_t subleaf, uint32_t regs[4])
{
	(void)leaf;
	(void)subleaf;
	for (unsigned i = 0; i < 4; i++)
		regs[i] = host.cpuid_value;
}
const struct placement_costs *machine_costs(void)
{
	return &placement_costs_amd;
}
const struct table_format *machine_table_format(void)
{
	return &table_format_npt;
}
struct machine_range machine_image(void)
{
	return (struct machine_range){(uint64_t)(uintptr_t)image, sizeof(image)};
}
uint64_t machine_image_bytes(void)
{
	return sizeof(image);
}
enum status machine_cpus_start(unsigned count)
{
	return count <= CONFIG_MAX_CPUS ? OK : ERR_FEATURE;
}
unsigned machine_cpu(void)
{
	return 0;
}
void *machine_crash_page(void)
{
	return host.crash_page;
}
void machine_protect(const struct machine_map *maps, unsigned count)
{
	(void)maps;
	host.protected_maps = count;
}

void *machine_page(struct cpu *cpu, unsigned slot, struct hpa page)
{
	(void)cpu;
	(void)slot;
	return (void *)(uintptr_t)page.at;
}
void machine_page_zero(struct cpu *cpu, struct hpa page)
{
	host.pages_zeroed++;
	memset(machine_page(cpu, 0, page), 0, 4096);
}
void machine_page_copy(struct cpu *cpu, struct hpa to, struct hpa from, unsigned bytes)
{
	host.pages_copied++;
	memcpy(machine_page(cpu, 0, to), machine_page(cpu, 1, from), bytes);
}

uint64_t machine_now(void)
{
	return host.now;
}
uint64_t machine_tsc_khz(void)
{
	return 1000000;
}
void machine_timer(struct cpu *cpu, uint64_t deadline)
{
	host.timer[cpu->id] = deadline;
}
void machine_window(struct cpu *cpu)
{
	(void)cpu;
	host.now++;
}
void machine_wait(struct cpu *cpu, const volatile uint64_t *unless)
{
	if (!*unless && host.timer[cpu->id] > host.now)
		host.now = host.timer[cpu->id];
}
void machine_kick(unsigned cpu)
{
	host.kicks[cpu]++;
}
enum status machine_line_open(unsigned gsi, unsigned flags, unsigned cpu, unsigned line)
{
	(void)flags;
	(void)cpu;
	(void)line;
	if (gsi >= 24)
		return ERR_FEATURE;
	host.lines_open++;
	host.line_masked[gsi] = true;
	return OK;
}
void machine_line_mask(unsigned gsi, bool masked)
{
	host.line_masked[gsi & 31] = masked;
}
