/* SPDX-License-Identifier: ISC */
/*
 * The wiring: which model at which ports, on which line, with which back end. Models know pins and sinks only; that a
 * pin is a hypercall is known here and in interrupt.c.
 */
#include "devices/machine.h"
#include "devices/devices.h"
#include "devices/guest_window.h"
#include "devices/interrupt.h"
#include "devices/layer_time.h"
#include "devices/mp_table.h"
#include "sdk/info.h"
#include "sdk/vcpu.h"

enum { PIT_IRQ = 0, RTC_IRQ = 8 };
enum {
	LAPIC_SVR = 0xf0,
	LAPIC_LINT0 = 0x350,
	LAPIC_LINT1 = 0x360,
	SVR_VALUE = 0x1ff,
	LVT_EXTINT = 0x700,
	LVT_NMI = 0x400
};
/* Between two firings the guest runs at least so long: with a period shorter than the way to the layer and back it would
 * not execute one more instruction, not even the one that stops the timer. */
#define TIMER_REST_NS UINT64_C(20000)

static void flush_debug(struct machine *machine)
{
	struct serial_link *link = machine->debug_link.channel.info ? &machine->debug_link : &machine->link[0];
	serial_link_text(link, machine->debug_line, machine->debug_length);
	machine->debug_length = 0;
}

void machine_end(struct machine *machine)
{
	machine->ended = true;
	machine->attention = true;
}

/* Neither call returns before the restart or stop has begun; the loop ends either way. */
void machine_restart_guest(struct machine *machine)
{
	flush_debug(machine);
	machine_end(machine);
	(void)guest_restart();
}

static void on_reset(void *owner)
{
	machine_restart_guest(owner);
}

void machine_stop_guest(struct machine *machine)
{
	flush_debug(machine);
	machine_end(machine);
	(void)guest_stop();
}

static void on_power_off(void *owner)
{
	machine_stop_guest(owner);
}

void *machine_alloc(struct machine *machine, size_t bytes)
{
	size_t words = (bytes + sizeof(uint64_t) - 1) / sizeof(uint64_t);
	uint64_t *at = &machine->pool[machine->pool_used];
	if (words > sizeof machine->pool / sizeof(uint64_t) - machine->pool_used)
		return 0;
	machine->pool_used += (uint32_t)words;
	return at;
}

bool machine_add_timer(struct machine *machine, const struct machine_timer *timer)
{
	if (machine->timer_count == MACHINE_TIMERS)
		return false;
	machine->timer[machine->timer_count++] = *timer;
	return true;
}

bool machine_add_poll(struct machine *machine, const struct machine_poll *poll)
{
	if (machine->poll_count == MACHINE_POLLS)
		return false;
	machine->poll[machine->poll_count++] = *poll;
	return true;
}

struct pin machine_isa_pin(struct machine *machine, unsigned irq)
{
	return (struct pin){isa_set, &machine->isa, irq};
}

/* Device 0 is the host bridge, 1 the board's own functions. */
bool machine_connect(struct machine *machine, unsigned devfn, struct pci_function *function)
{
	unsigned device = devfn ? devfn / 8 : pci_free_device(&machine->pci, 2);
	return pci_connect(&machine->pci, device, devfn % 8, function) == OK;
}

void machine_rom(struct pci_function *function, const struct info_device *device)
{
	const struct info_memory *rom = INFO_TABLE(info_memory, memory);
	if (device->memory >= info_get()->memory.count)
		return;
	rom += device->memory;
	pci_function_rom(function, info_pointer(rom->gpa), (uint32_t)rom->bytes);
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
	enum status status = mmio_map_fixed(&machine->mmio, IOAPIC_BASE, 4096,
	                                    &(struct window){&machine->ioapic, ioapic_mmio_read, ioapic_mmio_write});
	return status ? status : pic_attach(&machine->pic, &machine->bus);
}

static enum status attach_timers(struct machine *machine)
{
	struct pin pit = machine_isa_pin(machine, PIT_IRQ), rtc = machine_isa_pin(machine, RTC_IRQ),
	           sci = machine_isa_pin(machine, PM_SCI_IRQ);
	struct pm_sink off = {on_power_off, machine};
	machine->clock = (struct device_clock){layer_time_now, 0, &machine->attention};
	pit_init(&machine->pit, &machine->clock, &pit);
	rtc_init(&machine->rtc, &machine->clock, &rtc, layer_time_unix());
	machine->rtc.cmos[RTC_CPUS] = (uint8_t)(machine->vcpu_count - 1);
	rtc_set_memory(&machine->rtc, guest_memory_low_end(&machine->memory), high_memory(machine));
	pm_init(&machine->pm, &machine->clock, &off, &sci);
	enum status status = pit_attach(&machine->pit, &machine->bus);
	if (!status)
		status = rtc_attach(&machine->rtc, &machine->bus);
	if (!status)
		status = pm_attach(&machine->pm, &machine->bus);
	hpet_init(&machine->hpet, &machine->clock, &(struct pin){ioapic_set, &machine->ioapic, 0},
	          &(struct pin){isa_set, &machine->isa, 0});
	if (!status)
		status = mmio_map_fixed(&machine->mmio, HPET_BASE, HPET_BYTES,
		                        &(struct window){&machine->hpet, hpet_read, hpet_write});
	return status;
}

static enum status attach_board(struct machine *machine)
{
	struct reset_sink reset = {on_reset, machine};
	struct debug_sink debug = {on_debug_text, on_debug_exit, machine};
	struct pin pirq = {piix3_set, &machine->piix3, 0};
	piix3_init(&machine->piix3, &machine->isa);
	pci_init(&machine->pci, &machine->bus, &machine->mmio, &machine->memory, &pirq);
	host_bridge_init(&machine->host_bridge, machine->memory.rom_count != 0);
	reset_init(&machine->reset, &reset);
	debug_init(&machine->debug, &debug);
	enum status status = pci_connect(&machine->pci, 0, 0, &machine->host_bridge);
	if (!status)
		status = pci_connect(&machine->pci, 1, 0, &machine->piix3.function);
	if (!status)
		status = pci_connect(&machine->pci, 1, 3, &machine->pm.function);
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
		struct pin pin = machine_isa_pin(machine, serial_places[i].irq);
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

/* For the loop's short way: range 0, which owns the ports of nobody, answers too. */
static void prepare_short_way(struct machine *machine)
{
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
	wrong = devices_init(machine);
	if (!wrong && info_get()->guest_boot == BOOT_FIRMWARE)
		wrong = firmware_init(machine);
	if (wrong)
		return wrong;
	machine_retime(machine, &machine->vcpu[0]);
	return 0;
}

void machine_acpi(const struct machine *machine, struct acpi_machine *acpi)
{
	*acpi = (struct acpi_machine){.base = MACHINE_ACPI_BASE,
	                              .cpu_count = machine->vcpu_count,
	                              .ioapic_id = machine->vcpu_count,
	                              .pci_window = (uint32_t)guest_memory_low_end(&machine->memory),
	                              .pm_base = machine->pm.base,
	                              .hpet = machine->firmware !=
	                                      0, /* a kernel that starts directly has better timers */
	                              .keyboard = machine->has_screen,
	                              .vga = machine->has_screen,
	                              .serial_count = machine->serial_count};
	for (unsigned i = 0; i < machine->serial_count; i++)
		acpi->serial[i] = serial_places[machine->serial_index[i]];
}

/* Virtual wire mode (MultiProcessor Specification 1.4, 3.6.2.2): a kernel that knows no local APIC gets the PIC's interrupts
 * through it. Its entries can be unmasked only after it is enabled. */
static bool wire_pic(void)
{
	return lapic_write(0, LAPIC_SVR, SVR_VALUE) == OK && lapic_write(0, LAPIC_LINT0, LVT_EXTINT) == OK &&
	       lapic_write(0, LAPIC_LINT1, LVT_NMI) == OK;
}

const char *machine_without_firmware(struct machine *machine)
{
	struct acpi_machine acpi;
	uint8_t *buffer = guest_memory_at(&machine->memory, MACHINE_ACPI_BASE, MACHINE_ACPI_BYTES);
	pm_place(&machine->pm, PM_BASE);
	piix3_route(&machine->piix3);
	if (machine->ide)
		ide_place(machine->ide, IDE_BM_BASE);
	if (!wire_pic())
		return "the core refuses the start state of the guest's local APIC";
	machine_acpi(machine, &acpi);
	if (!buffer || acpi_build(&acpi, buffer, MACHINE_ACPI_BYTES, 0, 0))
		return "ACPI tables do not fit";
	struct mp_machine mp = {MACHINE_MP_TABLE_BASE, machine->vcpu_count, machine->vcpu_count};
	buffer = guest_memory_at(&machine->memory, MACHINE_MP_TABLE_BASE, MP_TABLE_MAX_SIZE);
	if (!buffer || mp_table_build(&mp, buffer, MP_TABLE_MAX_SIZE, 0))
		return "the MP table does not fit";
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
	machine->rest_until = now + TIMER_REST_NS;
	pit_run(&machine->pit, now);
	rtc_run(&machine->rtc, now);
	pm_run(&machine->pm, now);
	hpet_run(&machine->hpet, now);
	for (unsigned i = 0; i < machine->timer_count; i++)
		machine->timer[i].run(machine->timer[i].device, now);
}

void machine_retime(struct machine *machine, struct layer_vcpu *vcpu)
{
	uint64_t deadline = pit_deadline(&machine->pit);
	if (rtc_deadline(&machine->rtc) < deadline)
		deadline = rtc_deadline(&machine->rtc);
	if (pm_deadline(&machine->pm) < deadline)
		deadline = pm_deadline(&machine->pm);
	if (hpet_deadline(&machine->hpet) < deadline)
		deadline = hpet_deadline(&machine->hpet);
	for (unsigned i = 0; i < machine->timer_count; i++) {
		uint64_t due = machine->timer[i].deadline(machine->timer[i].device);
		if (due < deadline)
			deadline = due;
	}
	if (deadline < machine->rest_until)
		deadline = machine->rest_until;
	machine->attention = false;
	vcpu->timer = layer_time_tsc(deadline);
	machine->timer_owner = vcpu->index;
}

void machine_poll(struct machine *machine)
{
	for (unsigned i = 0; i < machine->serial_count; i++)
		serial_poll(&machine->serial[machine->serial_index[i]]);
	for (unsigned i = 0; i < machine->poll_count; i++)
		machine->poll[i].poll(machine->poll[i].device);
}
