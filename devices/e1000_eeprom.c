/* SPDX-License-Identifier: ISC */
/*
 * The EEPROM of the 82540EM: 64 words of a 93C46, read by the card itself (EERD) or bit by bit through EECD.
 *
 * State: the command shifted in since chip select rose; once a read is recognised, which bit of which word DO shows.
 * Left out: writing and erasing, which a 93C46 refuses until EWEN; the commands are taken and do nothing, and DO says
 * "ready". Waiting for the grant: it is given at once.
 * Manual: 317453 (8254x), 5.6 (map), 13.4.3, 13.4.4; data sheet of the 93C46.
 */
#include "devices/e1000.h"

enum { CLOCK = 1, SELECT = 2, DATA_IN = 4, DATA_OUT = 8, REQUEST = 0x40, GRANT = 0x80, PRESENT = 0x100 };
enum { EERD_START = 1, EERD_DONE = 0x10 };
enum { COMMAND_BITS = 9, ADDRESS_BITS = 6, READ = 2, CHECKSUM = 0xbaba };
#define DRIVER_PINS (CLOCK | SELECT | DATA_IN | 0x30u | REQUEST)

void e1000_eeprom_init(struct e1000_eeprom *eeprom, const uint8_t address[NET_ADDRESS_BYTES])
{
	uint16_t sum = 0;
	*eeprom = (struct e1000_eeprom){.out = true};
	for (unsigned i = 0; i < NET_ADDRESS_BYTES / 2; i++)
		eeprom->word[i] = (uint16_t)(address[2 * i] | address[2 * i + 1] << 8);
	eeprom->word[0x0a] = 0x4408; /* valid, loads the identification below */
	eeprom->word[0x0b] = 0x001e;
	eeprom->word[0x0c] = 0x8086;
	eeprom->word[0x0d] = 0x100e;
	eeprom->word[0x0e] = 0x8086;
	eeprom->word[0x0f] = 0x3040; /* flow control both ways */
	eeprom->word[0x2f] = 0x0602; /* LEDs */
	for (unsigned i = 0; i + 1 < E1000_EEPROM_WORDS; i++)
		sum = (uint16_t)(sum + eeprom->word[i]);
	eeprom->word[E1000_EEPROM_WORDS - 1] = (uint16_t)(CHECKSUM - sum);
}

/* A rising clock: a bit of the command, or, while reading, the next bit of data; word after word without end. */
static void rise(struct e1000_eeprom *eeprom, bool in)
{
	if (eeprom->reading) {
		eeprom->out = eeprom->word[eeprom->address] >> (15 - eeprom->bit) & 1;
		eeprom->bit = (eeprom->bit + 1) % 16;
		if (!eeprom->bit)
			eeprom->address = (eeprom->address + 1) % E1000_EEPROM_WORDS;
		return;
	}
	if (eeprom->command >> (COMMAND_BITS - 1)) /* one that is no read, and complete */
		return;
	eeprom->command = eeprom->command << 1 | in; /* zeros before the start bit leave it 0 */
	if (!(eeprom->command >> (COMMAND_BITS - 1)) || (eeprom->command >> ADDRESS_BITS & 3) != READ)
		return;
	eeprom->reading = true;
	eeprom->address = eeprom->command % E1000_EEPROM_WORDS;
	eeprom->bit = 0;
	eeprom->out = false; /* the zero before the data */
}

uint32_t e1000_eeprom_pins(struct e1000_eeprom *eeprom, uint32_t eecd)
{
	bool clock = eecd & CLOCK;
	if (!(eecd & SELECT)) {
		eeprom->command = 0;
		eeprom->reading = false;
		eeprom->out = true;
	} else if (clock && !eeprom->clock) {
		rise(eeprom, eecd & DATA_IN);
	}
	eeprom->clock = clock;
	return (eecd & DRIVER_PINS) | PRESENT | (eecd & REQUEST ? GRANT : 0) | (eeprom->out ? DATA_OUT : 0);
}

uint32_t e1000_eeprom_read(const struct e1000_eeprom *eeprom, uint32_t eerd)
{
	uint32_t address = eerd >> 8 & 0xff;
	if (!(eerd & EERD_START))
		return eerd & 0xff00;
	return (uint32_t)eeprom->word[address % E1000_EEPROM_WORDS] << 16 | address << 8 | EERD_DONE;
}
