/* SPDX-License-Identifier: ISC */
/*
 * Intel 82540EM gigabit Ethernet (8086:100e): registers, interrupts, reset. EEPROM, PHY, and the two rings have files
 * of their own.
 *
 * State: the registers as an array that is read as it stands but for three cases, and a table of what a driver can write
 * where and what that does.
 * Left out: the delay timers of the rings (TIDV, TADV, RDTR, RADV: a turn's causes are raised together at its end, and
 * ITR spaces interrupts), flow control, wake-up, frames above 1522 bytes, MAC loopback, the flash, message-signalled
 * interrupts, power management, the checksum of a whole packet in receive descriptors. The 82540EM has one form of
 * receive descriptor; the extended one came later.
 * Manual: 317453 (PCI/PCI-X family of gigabit Ethernet controllers), 13.
 */
#include "devices/e1000.h"

enum { REGISTERS_BAR = 0, IO_BAR = 1, REGISTERS_BAR_BYTES = 0x20000, IO_BAR_BYTES = 64 };
enum { ITR_UNIT_NS = 256 };
#define RESET_STATUS (E1000_STATUS_FD | E1000_STATUS_1000)
#define CAUSES 0x0001ffffu

/* --- interrupts: one level, held back until `quiet` --- */
static bool is_wanted(const struct e1000 *card)
{
	return card->cause & card->reg[E1000_IMS / 4];
}

static void set_deadline(struct e1000 *card)
{
	uint64_t due = is_wanted(card) && !card->level ? card->quiet : CLOCK_NEVER;
	clock_set_deadline(&card->clock, &card->deadline, card->more ? 0 : due);
}

static void update(struct e1000 *card)
{
	bool wanted = is_wanted(card);
	uint64_t now = wanted && !card->level ? clock_now(&card->clock) : 0;
	if (wanted != card->level && (!wanted || now >= card->quiet)) {
		if (wanted)
			card->quiet = now + (uint64_t)*e1000_reg(card, E1000_ITR) * ITR_UNIT_NS;
		card->level = wanted;
		pci_function_interrupt(&card->pci, wanted);
	}
	set_deadline(card);
}

void e1000_turn_over(struct e1000 *card)
{
	card->more = true;
	set_deadline(card);
}

void e1000_interrupt(struct e1000 *card, uint32_t causes)
{
	card->cause |= causes;
	update(card);
}

/* --- statistics --- */
void e1000_count(struct e1000 *card, unsigned offset, uint32_t amount)
{
	uint32_t *counter = e1000_reg(card, offset);
	if (__builtin_add_overflow(*counter, amount, counter))
		*counter = UINT32_MAX;
}

void e1000_count_bytes(struct e1000 *card, unsigned offset, uint64_t amount)
{
	uint32_t *counter = e1000_reg(card, offset);
	uint64_t sum = ((uint64_t)counter[1] << 32 | counter[0]) + amount;
	counter[0] = (uint32_t)sum;
	counter[1] = (uint32_t)(sum >> 32);
}

/* --- reset --- */
static void load_address(struct e1000 *card)
{
	const uint16_t *word = card->eeprom.word;
	*e1000_reg(card, E1000_RA) = word[0] | (uint32_t)word[1] << 16;
	*e1000_reg(card, E1000_RA + 4) = word[2] | E1000_RAH_AV;
}

/* The multicast and VLAN tables and the other addresses keep what they hold, as the manual (14.1) allows. */
static void reset(struct e1000 *card)
{
	for (unsigned offset = 0; offset < E1000_RXCSUM; offset += 4)
		*e1000_reg(card, offset) = 0;
	*e1000_reg(card, E1000_RXCSUM) = 0;
	*e1000_reg(card, E1000_STATUS) = RESET_STATUS | (e1000_link(card) ? E1000_STATUS_LU : 0);
	*e1000_reg(card, E1000_VET) = 0x8100;
	*e1000_reg(card, E1000_PBA) = 0x00100030;
	*e1000_reg(card, E1000_LEDCTL) = 0x07061302;
	*e1000_reg(card, E1000_EECD) = e1000_eeprom_pins(&card->eeprom, 0);
	card->packet = (struct e1000_packet){0};
	card->context = card->segment_context = (struct e1000_context){0};
	card->cause = 0;
	card->quiet = 0;
	card->more = false;
	load_address(card);
	e1000_phy_reset(card);
	update(card);
}

/* --- registers whose access does something --- */
static void write_control(struct e1000 *card, uint32_t value)
{
	if (value & E1000_CTRL_RST) {
		reset(card);
		return;
	}
	if (value & E1000_CTRL_PHY_RST) {
		e1000_phy_reset(card);
		if (e1000_link(card))
			e1000_interrupt(card, E1000_LSC);
	}
}

static void write_extended_control(struct e1000 *card, uint32_t value)
{
	if (value & E1000_CTRL_EXT_EE_RST)
		load_address(card);
}

static void write_pins(struct e1000 *card, uint32_t value)
{
	*e1000_reg(card, E1000_EECD) = e1000_eeprom_pins(&card->eeprom, value);
}

static void write_eerd(struct e1000 *card, uint32_t value)
{
	*e1000_reg(card, E1000_EERD) = e1000_eeprom_read(&card->eeprom, value);
}

static void write_mdic(struct e1000 *card, uint32_t value)
{
	*e1000_reg(card, E1000_MDIC) = e1000_phy_access(card, value);
}

static void write_cause(struct e1000 *card, uint32_t value)
{
	card->cause &= ~value;
	update(card);
}

static void write_cause_set(struct e1000 *card, uint32_t value)
{
	e1000_interrupt(card, value & CAUSES);
}

static void write_mask_set(struct e1000 *card, uint32_t value)
{
	*e1000_reg(card, E1000_IMS) |= value & CAUSES;
	update(card);
}

static void write_mask_clear(struct e1000 *card, uint32_t value)
{
	*e1000_reg(card, E1000_IMS) &= ~value;
	update(card);
}

/* The upper half of each address has 16 bits of it, which address it is for, and whether it counts. */
static void write_address(struct e1000 *card, uint32_t value)
{
	(void)value;
	for (unsigned i = 0; i < 16; i++)
		*e1000_reg(card, E1000_RA + i * 8 + 4) &= 0x8003ffff;
}

static void receive(struct e1000 *card, uint32_t value)
{
	(void)value;
	e1000_receive(card);
}

static void transmit(struct e1000 *card, uint32_t value)
{
	(void)value;
	e1000_transmit(card);
}

/*
 * What a driver can change, in order of place; where there is no line, nothing. `act` comes after the value is stored and
 * gets it as it was written.
 */
static const struct row {
	uint16_t first, last;
	uint32_t mask;
	void (*act)(struct e1000 *card, uint32_t value);
} rows[] = {
        {E1000_CTRL, E1000_CTRL, 0x7bffffff, write_control},
        {E1000_EECD, E1000_EECD, 0, write_pins},
        {E1000_EERD, E1000_EERD, 0, write_eerd},
        {E1000_CTRL_EXT, E1000_CTRL_EXT, 0xffffffff & ~E1000_CTRL_EXT_EE_RST, write_extended_control},
        {E1000_MDIC, E1000_MDIC, 0, write_mdic},
        {E1000_FCAL, E1000_FCAL, 0xffffffff, 0},
        {E1000_FCAH, E1000_VET, 0xffff, 0},
        {E1000_ICR, E1000_ICR, 0, write_cause},
        {E1000_ITR, E1000_ITR, 0xffff, 0},
        {E1000_ICS, E1000_ICS, 0, write_cause_set},
        {E1000_IMS, E1000_IMS, 0, write_mask_set},
        {E1000_IMC, E1000_IMC, 0, write_mask_clear},
        {E1000_RCTL, E1000_RCTL, 0x06ffffff, receive},
        {E1000_FCTTV, E1000_FCTTV, 0xffff, 0},
        {E1000_TXCW, E1000_TXCW, 0xc000ffff, 0},
        {E1000_TCTL, E1000_TCTL, 0x03ffffff, transmit},
        {E1000_TIPG, E1000_TIPG, 0x3fffffff, 0},
        {E1000_AIFS, E1000_AIFS, 0xffff, 0},
        {E1000_LEDCTL, E1000_LEDCTL, 0xffffffff, 0},
        {E1000_PBA, E1000_PBA, 0xffff, 0},
        {E1000_FCRTL, E1000_FCRTL, 0x8000fff8, 0},
        {E1000_FCRTH, E1000_FCRTH, 0xfff8, 0},
        {E1000_RDBAL, E1000_RDBAL, 0xfffffff0, 0},
        {E1000_RDBAH, E1000_RDBAH, 0xffffffff, 0},
        {E1000_RDLEN, E1000_RDLEN, 0x000fff80, 0},
        {E1000_RDH, E1000_RDH, 0xffff, 0},
        {E1000_RDT, E1000_RDT, 0xffff, receive},
        {E1000_RDTR, E1000_RDTR, 0xffff, 0},
        {E1000_RXDCTL, E1000_RXDCTL, 0xffffffff, 0},
        {E1000_RADV, E1000_RADV, 0xffff, 0},
        {E1000_RSRPD, E1000_RSRPD, 0xfff, 0},
        {E1000_TDBAL, E1000_TDBAL, 0xfffffff0, 0},
        {E1000_TDBAH, E1000_TDBAH, 0xffffffff, 0},
        {E1000_TDLEN, E1000_TDLEN, 0x000fff80, 0},
        {E1000_TDH, E1000_TDH, 0xffff, 0},
        {E1000_TDT, E1000_TDT, 0xffff, transmit},
        {E1000_TIDV, E1000_TIDV, 0xffff, 0},
        {E1000_TXDCTL, E1000_TXDCTL, 0xffffffff, 0},
        {E1000_TADV, E1000_TADV, 0xffff, 0},
        {E1000_TSPMT, E1000_TSPMT, 0xffffffff, 0},
        {E1000_RXCSUM, E1000_RXCSUM, 0x3ff, 0},
        {E1000_MTA, E1000_MTA + 0x1fc, 0xffffffff, 0},
        {E1000_RA, E1000_RA + 0x7c, 0xffffffff, write_address},
        {E1000_VFTA, E1000_VFTA + 0x1fc, 0xffffffff, 0},
        {E1000_WUC, E1000_MANC, 0xffffffff, 0},
};

static const struct row *find(uint32_t offset)
{
	unsigned low = 0, high = sizeof(rows) / sizeof(rows[0]);
	while (low < high) {
		unsigned middle = (low + high) / 2;
		if (offset > rows[middle].last)
			low = middle + 1;
		else
			high = middle;
	}
	return low < sizeof(rows) / sizeof(rows[0]) && offset >= rows[low].first ? &rows[low] : 0;
}

static void write_register(struct e1000 *card, uint32_t offset, uint32_t value)
{
	const struct row *row = offset < E1000_REGISTER_BYTES ? find(offset) : 0;
	if (!row)
		return;
	uint32_t *reg = e1000_reg(card, offset);
	*reg = (*reg & ~row->mask) | (value & row->mask);
	if (row->act)
		row->act(card, value);
}

static uint32_t read_register(struct e1000 *card, uint32_t offset)
{
	if (offset >= E1000_REGISTER_BYTES)
		return 0;
	uint32_t *reg = e1000_reg(card, offset), value = *reg;
	if (offset == E1000_ICR) {
		value = card->cause;
		card->cause = 0;
		update(card);
	} else if (offset == E1000_IMC) {
		value = *e1000_reg(card, E1000_IMS);
	} else if (offset >= E1000_STATISTICS && offset < E1000_STATISTICS_END) {
		*reg = 0;
	}
	return value;
}

/* --- the two windows: registers in memory, and the pair of ports that leads to them --- */
uint64_t e1000_read(void *device, uint32_t offset, unsigned size)
{
	struct e1000 *card = device;
	uint64_t value = read_register(card, offset & ~3u) >> 8 * (offset & 3);
	if (size == 8 && !(offset & 3))
		value |= (uint64_t)read_register(card, offset + 4) << 32;
	return value;
}

/* The registers take whole dwords only. */
void e1000_write(void *device, uint32_t offset, unsigned size, uint64_t value)
{
	struct e1000 *card = device;
	if (offset & 3 || size < 4)
		return;
	write_register(card, offset, (uint32_t)value);
	if (size == 8)
		write_register(card, offset + 4, (uint32_t)(value >> 32));
}

static uint64_t io_read(void *device, uint32_t offset, unsigned size)
{
	struct e1000 *card = device;
	(void)size;
	if (offset == 0)
		return card->io_address;
	return offset == 4 ? read_register(card, card->io_address & ~3u) : 0;
}

static void io_write(void *device, uint32_t offset, unsigned size, uint64_t value)
{
	struct e1000 *card = device;
	if (size != 4)
		return;
	if (offset == 0)
		card->io_address = (uint32_t)value & 0x1ffff;
	else if (offset == 4)
		write_register(card, card->io_address & ~3u, (uint32_t)value);
}

void e1000_init(struct e1000 *card, const uint8_t address[NET_ADDRESS_BYTES], const struct net_backend *net,
                const struct device_clock *clock)
{
	static const struct pci_identity identity = {.vendor = 0x8086,
	                                             .device = 0x100e,
	                                             .subsystem_vendor = 0x8086,
	                                             .subsystem = 0x001e,
	                                             .revision = 2,
	                                             .class_code = 2,
	                                             .pin = 1};
	*card = (struct e1000){.clock = *clock, .net = *net, .deadline = CLOCK_NEVER};
	pci_function_init(&card->pci, &identity);
	pci_function_bar(&card->pci, REGISTERS_BAR, PCI_BAR_MEMORY, REGISTERS_BAR_BYTES,
	                 &(struct window){card, e1000_read, e1000_write});
	pci_function_bar(&card->pci, IO_BAR, PCI_BAR_IO, IO_BAR_BYTES, &(struct window){card, io_read, io_write});
	e1000_eeprom_init(&card->eeprom, address);
	reset(card);
}

/* The other side has frames, or room for them. */
void e1000_poll(struct e1000 *card)
{
	e1000_transmit(card);
	e1000_receive(card);
}

uint64_t e1000_deadline(const struct e1000 *card)
{
	return card->deadline;
}

void e1000_run(struct e1000 *card, uint64_t now)
{
	bool more = card->more;
	if (now < card->deadline)
		return;
	card->more = false;
	if (more)
		e1000_poll(card);
	update(card);
}
