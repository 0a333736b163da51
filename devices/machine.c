/* SPDX-License-Identifier: ISC */
/*
 * The wiring: which model at which ports, on which line, with which back end. Models know pins and sinks only; that a
 * pin is a hypercall is known here and in interrupt.c.
 */
#include "devices/machine.h"
#include "devices/guest_window.h"
#include "devices/interrupt.h"
#include "devices/layer_time.h"
#include "sdk/info.h"
#include "sdk/vcpu.h"

enum { PIT_IRQ = 0, RTC_IRQ = 8 };

static struct pin isa_pin(struct machine *machine, unsigned irq)
{
	return (struct pin){isa_set, &machine->isa, irq};
}

static void flush_debug(struct machine *machine)
{
	serial_link_text(&machine->link[0], machine->debug_line, machine->debug_length);
	machine->debug_length = 0;
}

/* Neither call returns before the restart or stop has begun; the loop ends either way. */
static void on_reset(void *owner)
{
	struct machine *machine = owner;
	flush_debug(machine);
	machine->ended = true;
	(void)guest_restart();
}

static void on_power_off(void *owner)
{
	struct machine *machine = owner;
	flush_debug(machine);
	machine->ended = true;
	(void)guest_stop();
}

/* A debug port is written byte by byte; the console gets lines, or 64 bytes at a time. */
static size_t on_debug_text(void *owner, const uint8_t *bytes, size_t count)
{
	struct machine *machine = owner;
	for (size_t i = 0; i < count; i++) {
		machine->debug_line[machine->debug_length++] = (char)bytes[i];
		if (bytes[i] == '\n' || machine->debug_length == MACHINE_DEBUG_LINE)
			flush_debug(machine);
	}
	return count;
}

static void on_debug_exit(void *owner, uint32_t code)
{
	(void)code;
	on_power_off(owner);
}

void machine_print(struct machine *machine, const char *text)
{
	size_t length = 0;
	while (text[length])
		length++;
	serial_link_text(&machine->link[0], text, length);
}

static uint64_t high_memory(const struct machine *machine)
{
	uint64_t high = 0;
	for (unsigned i = 0; i < machine->memory.count; i++)
		if (machine->memory.range[i].gpa >= GUEST_HOLE_END)
			high += machine->memory.range[i].size;
	return high;
}

static const char *find_vcpus(struct machine *machine)
{
	uint32_t count = info_get()->guest_vcpus;
	if (count == 0 || count > MACHINE_VCPUS)
		return "guest has no vCPU or more than 16";
	machine->vcpu_count = count;
	machine->shared = count > 1;
	for (uint32_t i = 0; i < count; i++) {
		const struct info_memory *frame = info_memory_vcpu(INFO_FRAME, i);
		if (!frame)
			return "a guest vCPU has no exit frame";
		machine->vcpu[i] = (struct layer_vcpu){
		        .machine = machine, .frame = info_pointer(frame->gpa), .index = i, .dfr = ~0u};
	}
	return 0;
}

static enum status attach_interrupts(struct machine *machine)
{
	struct pin intr = {interrupt_intr, machine, 0};
	struct ioapic_sink sink = {interrupt_message, machine};
	pic_init(&machine->pic, &intr);
	ioapic_init(&machine->ioapic, &sink, (uint8_t)machine->vcpu_count);
	machine->isa = (struct isa){&machine->pic, &machine->ioapic};
	return pic_attach(&machine->pic, &machine->bus);
}

static enum status attach_timers(struct machine *machine)
{
	struct pin pit = isa_pin(machine, PIT_IRQ), rtc = isa_pin(machine, RTC_IRQ), sci = isa_pin(machine, PM_SCI_IRQ);
	struct pm_sink off = {on_power_off, machine};
	machine->clock = (struct device_clock){layer_time_now, 0};
	pit_init(&machine->pit, &machine->clock, &pit);
	rtc_init(&machine->rtc, &machine->clock, &rtc, layer_time_unix());
	rtc_set_memory(&machine->rtc, guest_memory_low_end(&machine->memory), high_memory(machine));
	pm_init(&machine->pm, &machine->clock, &off, &sci);
	enum status status = pit_attach(&machine->pit, &machine->bus);
	if (!status)
		status = rtc_attach(&machine->rtc, &machine->bus);
	if (!status)
		status = pm_attach(&machine->pm, &machine->bus, PM_BASE);
	return status;
}

static enum status attach_board(struct machine *machine)
{
	struct reset_sink reset = {on_reset, machine};
	struct debug_sink debug = {on_debug_text, on_debug_exit, machine};
	pci_host_bridge(&machine->host_bridge, PCI_HOST_Q35);
	reset_init(&machine->reset, &reset);
	debug_init(&machine->debug, &debug);
	enum status status = pci_add(&machine->pci, 0, 0, &machine->host_bridge);
	if (!status)
		status = pci_attach(&machine->pci, &machine->bus);
	if (!status)
		status =
		        reset_attach(&machine->reset, &machine->bus); /* CF9 shadows a byte of CF8..CFF: order counts */
	if (!status)
		status = debug_attach(&machine->debug, &machine->bus);
	return status;
}

/* Only ports that the description wires exist. */
static enum status attach_serial(struct machine *machine)
{
	enum status status = OK;
	for (unsigned i = 0; i < SERIAL_PLACES && !status; i++) {
		if (!serial_link_open(&machine->link[i], i))
			continue;
		struct serial_backend backend = serial_link_backend(&machine->link[i]);
		struct pin pin = isa_pin(machine, serial_places[i].irq);
		serial_init(&machine->serial[i], &backend, &pin);
		status = serial_attach(&machine->serial[i], &machine->bus, serial_places[i].base);
		machine->serial_index[machine->serial_count++] = (uint8_t)i;
	}
	return status;
}

static uint32_t nobody_read(void *device, uint16_t offset, unsigned size)
{
	(void)device;
	(void)offset;
	(void)size;
	return UINT32_MAX;
}

static void nobody_write(void *device, uint16_t offset, unsigned size, uint32_t value)
{
	(void)device;
	(void)offset;
	(void)size;
	(void)value;
}

/* For the loop's short way: range 0, which owns the ports of nobody, answers too; and which ranges are special. */
static void prepare_short_way(struct machine *machine)
{
	static const struct {
		uint16_t base, count;
	} special[] = {{0x40, 4}, {0x61, 1}, {0x70, 2}, {PM_BASE, 12}, {0xcf9, 1},
	               {0x92, 1}, {0x60, 1}, {0x64, 1}, {0xf4, 4},     {0x501, 4}};
	for (unsigned i = 0; i < sizeof special / sizeof *special; i++)
		for (unsigned port = 0; port < special[i].count; port++)
			machine->special[machine->bus.map[special[i].base + port]] = true;
	machine->special[0] = false;
	machine->bus.range[0].read = nobody_read;
	machine->bus.range[0].write = nobody_write;
}

const char *machine_init(struct machine *machine)
{
	layer_time_start();
	machine->kvm_clock = (struct kvm_clock){info_get()->tsc_khz, layer_time_tsc_base(), layer_time_unix_base_ns()};
	if (attach_serial(machine)) /* first: the console is needed to say what is wrong with the rest */
		return "serial ports do not fit";
	const char *wrong = find_vcpus(machine);
	if (!wrong)
		wrong = guest_window_open(&machine->memory);
	if (wrong)
		return wrong;
	if (attach_interrupts(machine) || attach_timers(machine) || attach_board(machine))
		return "device models do not fit on the port bus";
	prepare_short_way(machine);
	machine_retime(machine, &machine->vcpu[0]);
	return 0;
}

const char *machine_write_acpi(struct machine *machine)
{
	struct acpi_machine acpi = {.base = MACHINE_ACPI_BASE,
	                            .cpu_count = machine->vcpu_count,
	                            .ioapic_id = machine->vcpu_count,
	                            .pci_window = (uint32_t)guest_memory_low_end(&machine->memory),
	                            .serial_count = machine->serial_count};
	for (unsigned i = 0; i < machine->serial_count; i++)
		acpi.serial[i] = serial_places[machine->serial_index[i]];
	uint8_t *buffer = guest_memory_at(&machine->memory, MACHINE_ACPI_BASE, MACHINE_ACPI_BYTES);
	if (!buffer || acpi_build(&acpi, buffer, MACHINE_ACPI_BYTES, 0))
		return "ACPI tables do not fit";
	return 0;
}

void machine_lock_slow(struct machine *machine)
{
	while (__atomic_exchange_n(&machine->lock, 1, __ATOMIC_ACQUIRE))
		layer_time_pause();
}

void machine_run_timers(struct machine *machine)
{
	uint64_t now = clock_now(&machine->clock);
	pit_run(&machine->pit, now);
	rtc_run(&machine->rtc, now);
	pm_run(&machine->pm, now);
}

void machine_retime(struct machine *machine, struct layer_vcpu *vcpu)
{
	uint64_t deadline = pit_deadline(&machine->pit);
	if (rtc_deadline(&machine->rtc) < deadline)
		deadline = rtc_deadline(&machine->rtc);
	if (pm_deadline(&machine->pm) < deadline)
		deadline = pm_deadline(&machine->pm);
	vcpu->timer = layer_time_tsc(deadline);
	machine->timer_owner = vcpu->index;
}

void machine_poll(struct machine *machine)
{
	for (unsigned i = 0; i < machine->serial_count; i++)
		serial_poll(&machine->serial[machine->serial_index[i]]);
}
