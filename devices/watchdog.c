/* SPDX-License-Identifier: ISC */
/*
 * The watchdog timer of the Intel 6300ESB I/O controller hub (8086:25ab), which Linux drives as i6300esb.
 *
 * State: two stages that run one after the other, each from its preload value down; when the first ends there may be an
 * interrupt, when the second ends the guest is told on (`sink`). A write to a timer register counts only directly after
 * the two keys.
 * Left out: SMI as the first stage's output, the WDT_TOUT# pin as a thing of its own, the legacy power-up straps.
 * Data sheet: Intel 6300ESB (300641), 16.
 */
#include "devices/watchdog.h"

enum { TIMER1 = 0x0, TIMER2 = 0x4, INTERRUPT_STATUS = 0x8, RELOAD = 0xc, BAR_BYTES = 16 };
enum { CONFIG = 0x60, LOCK = 0x68 };
enum { CONFIG_INTERRUPT = 3, CONFIG_FAST = 4, CONFIG_SILENT = 0x20, INTERRUPT_PIN = 0 };
enum { LOCK_LOCKED = 1, LOCK_ENABLED = 2, LOCK_AGAIN = 4 };
enum { RELOAD_NOW = 0x100, RELOAD_TIMED_OUT = 0x200, KEY1 = 0x80, KEY2 = 0x86, KEYS = 2 };
#define PRELOAD_MAX 0xfffffu
#define PCI_HZ UINT64_C(33000000)

static void start(struct watchdog *watchdog, unsigned stage, uint64_t now)
{
	unsigned shift = watchdog->pci.config[CONFIG] & CONFIG_FAST ? 5 : 15;
	watchdog->stage = stage;
	uint64_t ticks = ((uint64_t)watchdog->preload[stage] + 1) << shift;
	clock_set_deadline(&watchdog->clock, &watchdog->ends, now + clock_ns(ticks, PCI_HZ));
}

static void set_interrupt(struct watchdog *watchdog, bool level)
{
	watchdog->interrupt = level;
	pci_function_interrupt(&watchdog->pci, level);
}

static void write_reload(struct watchdog *watchdog, uint32_t value)
{
	if (value & RELOAD_TIMED_OUT)
		watchdog->timed_out = false;
	if (value & RELOAD_NOW && watchdog->enabled)
		start(watchdog, 0, clock_now(&watchdog->clock));
}

static void memory_write(void *device, uint32_t offset, unsigned size, uint64_t value)
{
	struct watchdog *watchdog = device;
	bool open = watchdog->keys == KEYS;
	bool key = offset == RELOAD && value == (watchdog->keys ? KEY2 : KEY1);
	(void)size;
	watchdog->keys = key && !open ? watchdog->keys + 1 : 0;
	if (!open)
		return;
	if (offset == TIMER1 || offset == TIMER2)
		watchdog->preload[offset / 4] = (uint32_t)value & PRELOAD_MAX;
	else if (offset == INTERRUPT_STATUS && value & 1)
		set_interrupt(watchdog, false);
	else if (offset == RELOAD)
		write_reload(watchdog, (uint32_t)value);
}

static uint64_t memory_read(void *device, uint32_t offset, unsigned size)
{
	struct watchdog *watchdog = device;
	const uint32_t value[BAR_BYTES / 4] = {watchdog->preload[0], watchdog->preload[1], watchdog->interrupt,
	                                       watchdog->timed_out ? RELOAD_TIMED_OUT : 0};
	(void)size;
	return value[offset / 4 % (BAR_BYTES / 4)] >> 8 * (offset & 3);
}

/* The lock register: enabling starts the first stage, disabling stops both, and what is locked stays as it is. */
static void changed(void *owner, uint8_t offset, unsigned size)
{
	struct watchdog *watchdog = owner;
	if (offset > LOCK || offset + size <= LOCK)
		return;
	uint8_t lock = watchdog->pci.config[LOCK];
	bool enable = lock & LOCK_ENABLED;
	if (enable && !watchdog->enabled)
		start(watchdog, 0, clock_now(&watchdog->clock));
	if (!enable)
		clock_set_deadline(&watchdog->clock, &watchdog->ends, CLOCK_NEVER);
	watchdog->enabled = enable;
	if (lock & LOCK_LOCKED)
		watchdog->pci.writable[LOCK] = 0;
}

void watchdog_init(struct watchdog *watchdog, const struct device_clock *clock, const struct watchdog_sink *sink)
{
	static const struct pci_identity identity = {
	        .vendor = 0x8086, .device = 0x25ab, .revision = 1, .class_code = 8, .subclass = 0x80, .pin = 1};
	*watchdog = (struct watchdog){
	        .clock = *clock, .sink = *sink, .preload = {PRELOAD_MAX, PRELOAD_MAX}, .ends = CLOCK_NEVER};
	pci_function_init(&watchdog->pci, &identity);
	pci_function_bar(&watchdog->pci, 0, PCI_BAR_MEMORY, BAR_BYTES,
	                 &(struct window){watchdog, memory_read, memory_write});
	watchdog->pci.writable[CONFIG] = CONFIG_INTERRUPT | CONFIG_FAST | CONFIG_SILENT;
	watchdog->pci.writable[LOCK] = LOCK_LOCKED | LOCK_ENABLED | LOCK_AGAIN;
	watchdog->pci.changed = changed;
	watchdog->pci.owner = watchdog;
}

uint64_t watchdog_deadline(const struct watchdog *watchdog)
{
	return watchdog->ends;
}

static void expire(struct watchdog *watchdog, uint64_t now)
{
	watchdog->timed_out = true;
	clock_set_deadline(&watchdog->clock, &watchdog->ends, CLOCK_NEVER);
	if (watchdog->pci.config[LOCK] & LOCK_AGAIN)
		start(watchdog, 0, now);
	if (!(watchdog->pci.config[CONFIG] & CONFIG_SILENT))
		watchdog->sink.expired(watchdog->sink.owner);
}

void watchdog_run(struct watchdog *watchdog, uint64_t now)
{
	if (now < watchdog->ends)
		return;
	if (watchdog->stage == 1) {
		expire(watchdog, now);
		return;
	}
	start(watchdog, 1, now);
	if ((watchdog->pci.config[CONFIG] & CONFIG_INTERRUPT) == INTERRUPT_PIN)
		set_interrupt(watchdog, true);
}
