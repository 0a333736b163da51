/* SPDX-License-Identifier: ISC */
#include "arch/host/host.h"
#include <stdlib.h>
#include <string.h>
#include "core/system.h"

/* core/machine.h on top of struct host. Nothing here decides anything; it records and obeys. */
struct host host;
static uint8_t crash_page[4096];
uint64_t host_image[1024];

void host_reset(void)
{
	jmp_buf *on_end = host.on_end;

	memset(&host, 0, sizeof(host));
	host.on_end = on_end;
	host.crash_page = crash_page;
	host.cpuid_value = 0xffffffffu;
}

void host_call(enum host_call call)
{
	void (*on_call)(enum host_call call) = host.on_call;

	if (!on_call)
		return;
	host.on_call = 0;
	on_call(call);
	if (!host.on_call)
		host.on_call = on_call;
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
	host.power_port = port;
	host.power_value = value;
	end(HOST_OFF);
}

void machine_console(char c)
{
	if (host.console_length < HOST_LOG - 1)
		host.console[host.console_length++] = c;
}

unsigned machine_cpu(void)
{
	return host.cpu;
}
void *machine_crash_page(void)
{
	return host.crash_page;
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
	host_call(HOST_COPY);
	host.pages_copied++;
	memcpy(machine_page(cpu, 0, to), machine_page(cpu, 1, from), bytes);
}

uint64_t machine_now(void)
{
	host_call(HOST_NOW);
	host.now[host.cpu] += host.step;
	return host.now[host.cpu];
}
void machine_timer(struct cpu *cpu, uint64_t deadline)
{
	host.timers_armed++;
	host.deadline[cpu->id] = deadline;
	host.timer[cpu->id] = deadline ? deadline : 1;
}

static uint64_t fires_at(unsigned cpu)
{
	return host.timer[cpu] ? host.timer[cpu] + host.late - host.early : ~UINT64_C(0);
}

bool host_interrupt(struct cpu *cpu)
{
	bool taken = host.kicked[cpu->id] || host.nmi[cpu->id];

	host.kicked[cpu->id] = false;
	if (host.nmi[cpu->id])
		core_interrupt_nmi(cpu->id);
	host.nmi[cpu->id] = false;
	if (host.now[cpu->id] >= fires_at(cpu->id)) {
		host.timer[cpu->id] = 0;
		taken = true;
	}
	for (unsigned gsi = 0; gsi < HOST_LINES; gsi++) {
		if (host.line[gsi].open && host.line[gsi].raised && !host.line[gsi].masked &&
		    host.line[gsi].cpu == cpu->id) {
			taken = true;
			core_interrupt_line(cpu->id, host.line[gsi].line);
		}
	}
	host.interrupts += taken;
	return taken;
}

static bool interrupt_waits(const struct cpu *cpu)
{
	if (host.kicked[cpu->id] || host.nmi[cpu->id] || host.now[cpu->id] >= fires_at(cpu->id))
		return true;
	for (unsigned gsi = 0; gsi < HOST_LINES; gsi++)
		if (host.line[gsi].open && host.line[gsi].raised && !host.line[gsi].masked &&
		    host.line[gsi].cpu == cpu->id)
			return true;
	return false;
}

enum host_pass host_pass(struct cpu *cpu, uint64_t ticks)
{
	uint64_t *now = &host.now[cpu->id];
	uint64_t end = ticks > ~*now ? ~UINT64_C(0) : *now + ticks, fires = fires_at(cpu->id);
	uint64_t bound = host.until ? host.until : ~UINT64_C(0);

	if (interrupt_waits(cpu))
		return HOST_INTERRUPTED;
	if (*now >= bound)
		return HOST_BOUND;
	if (end < fires && end < bound) {
		*now = end;
		return HOST_PASSED;
	}
	*now = fires < bound ? fires : bound;
	if (*now == ~UINT64_C(0))
		abort(); /* nothing can end this: a test that hangs */
	return fires < bound ? HOST_INTERRUPTED : HOST_BOUND;
}

void machine_window(struct cpu *cpu)
{
	host_call(HOST_WINDOW);
	host.now[cpu->id]++;
	host_interrupt(cpu);
}
void machine_wait(struct cpu *cpu, const volatile uint64_t *unless)
{
	host_call(HOST_WAIT);
	if (*unless)
		return;
	host.waits++;
	host_pass(cpu, ~UINT64_C(0));
	host_interrupt(cpu);
}
void machine_kick(unsigned cpu)
{
	host_call(HOST_KICK);
	host.kicks[cpu]++;
	host.kicked[cpu] = true;
}
void machine_line_mask(unsigned line, bool masked)
{
	for (unsigned gsi = 0; gsi < HOST_LINES; gsi++)
		if (host.line[gsi].open && host.line[gsi].line == line)
			host.line[gsi].masked = masked;
}
