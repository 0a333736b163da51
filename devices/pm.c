/* SPDX-License-Identifier: ISC */
/*
 * ACPI's fixed hardware: PM1a event and control registers and the PM timer.
 *
 * The event block is one dword (status low, enable high), the control block another, the timer a third; an access picks
 * its bytes. The SCI is a function of status and enable. The timer runs by itself, so the only deadline is the carry
 * out of its bit 23, while the guest wants to hear of it.
 *
 * Left out: sleep states but S5, general-purpose events, the SMI command port and the global lock's BIOS side, SMBus,
 * device monitors. There is no SMM: DEVACTB says that SMIs by the APM port are set up already, so firmware leaves it.
 * Specification: ACPI 6.4, 4.8.3 (registers), 4.8.3.3 (timer), 16.1.5 (S5). Data sheet: Intel 82371AB (290562), 7.
 */
#include "devices/pm.h"

enum { EVENTS = 0, CONTROL = 4, TIMER = 8, PORTS = 12 };
enum { TMR = 0x001, GBL = 0x020, PWRBTN = 0x100, SLPBTN = 0x200, RTC = 0x400 };
enum { ENABLES = TMR | GBL | PWRBTN | SLPBTN | RTC };
enum { SCI_EN = 0x0001, SLP_TYP = 0x1c00, SLP_EN = 0x2000, CONTROL_KEPT = SLP_TYP | 0x0002 };
enum { PMBASE = 0x40, DEVACTB = 0x58, PMREGMISC = 0x80, APMC_ENABLED = 0x02 };
enum { TIMER_MASK = 0xffffff, CARRY_SHIFT = 23 };

static uint64_t carries_at(uint64_t now_ns)
{
	return clock_ticks(now_ns, PM_TIMER_HZ) >> CARRY_SHIFT;
}

static void update(struct pm *pm)
{
	uint64_t deadline = CLOCK_NEVER;

	/* While the status is set another carry changes nothing. */
	if (pm->enable & TMR && !(pm->status & TMR))
		deadline = clock_ns((pm->carries + 1) << CARRY_SHIFT, PM_TIMER_HZ);
	clock_set_deadline(pm->clock, &pm->deadline, deadline);
	pin_set(&pm->sci, pm->status & pm->enable & ENABLES);
}

/* Brings the timer's status up to date. */
static void settle(struct pm *pm, uint64_t now_ns)
{
	uint64_t carries = carries_at(now_ns);

	if (carries > pm->carries) {
		pm->carries = carries;
		pm->status |= TMR;
	}
}

void pm_run(struct pm *pm, uint64_t now_ns)
{
	if (now_ns < pm->deadline)
		return;
	settle(pm, now_ns);
	update(pm);
}

void pm_press_power_button(struct pm *pm)
{
	pm->status |= PWRBTN;
	update(pm);
}

static uint32_t port_read(void *owner, uint16_t offset, unsigned size)
{
	struct pm *pm = owner;
	uint64_t now = clock_now(pm->clock);
	uint32_t value = (uint32_t)clock_ticks(now, PM_TIMER_HZ) & TIMER_MASK;

	(void)size; /* the bus cuts what is too much */
	if (offset < CONTROL) {
		settle(pm, now);
		value = pm->status | (uint32_t)pm->enable << 16;
		update(pm);
	} else if (offset < TIMER) {
		value = pm->control | SCI_EN;
	}
	return value >> 8 * (offset & 3);
}

static void write_control(struct pm *pm, uint32_t value)
{
	pm->control = value & CONTROL_KEPT;
	if (value & SLP_EN && (value & SLP_TYP) >> 10 == PM_SLP_TYP_S5 && pm->sink.power_off)
		pm->sink.power_off(pm->sink.owner);
}

/* Bytes that are not written keep their value; for the status, where a 1 clears, that is a 0. */
static void port_write(void *owner, uint16_t offset, unsigned size, uint32_t value)
{
	struct pm *pm = owner;
	unsigned shift = 8 * (offset & 3u);
	uint32_t bits = (size >= 4 ? UINT32_MAX : (UINT32_C(1) << 8 * size) - 1) << shift;

	value = value << shift & bits;
	if (offset < CONTROL) {
		settle(pm, clock_now(pm->clock));
		pm->status &= (uint16_t)~value;
		pm->enable = (uint16_t)(((pm->enable & ~(bits >> 16)) | value >> 16) & ENABLES);
		update(pm);
	} else if (offset < TIMER) {
		write_control(pm, (pm->control & ~bits) | value);
	}
}

void pm_reset(struct pm *pm)
{
	pm->status = pm->enable = pm->control = 0;
	pm->carries = carries_at(clock_now(pm->clock));
	update(pm);
}

void pm_init(struct pm *pm, const struct device_clock *clock, const struct pm_sink *sink, const struct pin *sci)
{
	*pm = (struct pm){.clock = clock, .sink = *sink, .sci = *sci};
	pm_reset(pm);
}

static uint32_t base_register(const struct pm *pm)
{
	const uint8_t *config = pm->function.config;

	return config[PMBASE] | (uint32_t)config[PMBASE + 1] << 8;
}

static void changed(void *owner, uint8_t offset, unsigned size)
{
	struct pm *pm = owner;

	(void)offset;
	(void)size;
	pm->base = (uint16_t)(base_register(pm) & ~63u);
	bus_move(pm->bus, pm->slot, pm->base, pm->function.config[PMREGMISC] & 1);
}

void pm_place(struct pm *pm, uint16_t base)
{
	pm->function.config[PMBASE] = (uint8_t)(base | 1);
	pm->function.config[PMBASE + 1] = (uint8_t)(base >> 8);
	pm->function.config[PMREGMISC] = 1;
	changed(pm, PMBASE, 4);
}

static void describe(struct pm *pm)
{
	static const struct pci_identity identity = {
	        .vendor = 0x8086, .device = 0x7113, .revision = 3, .class_code = 6, .subclass = 0x80, .pin = 1};

	pci_function_init(&pm->function, &identity);
	pm->function.changed = changed;
	pm->function.owner = pm;
	pm->function.config[PCI_INTERRUPT_LINE] = PM_SCI_IRQ;
	pm->function.config[PMBASE] = 1;
	pm->function.writable[PMBASE] = 0xc0;
	pm->function.writable[PMBASE + 1] = 0xff;
	pm->function.writable[PMREGMISC] = 1;
	pm->function.config[DEVACTB + 3] = APMC_ENABLED;
}

enum status pm_attach(struct pm *pm, struct bus *bus)
{
	pm->bus = bus;
	describe(pm);
	return bus_add_movable(bus, &(struct bus_range){0, PORTS, pm, port_read, port_write, 4}, &pm->slot);
}
