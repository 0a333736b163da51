/* SPDX-License-Identifier: ISC */
/*
 * The PHY inside the 82540EM, a Marvell 88E1011, over MDIC: gigabit, full duplex, negotiated as soon as it is asked for.
 *
 * Left out: everything that needs a partner which is not there at once or is slower; loopback; pages.
 * Manual: 317453 (8254x), 8.4.1.2 (MDIC), 8.5 (PHY registers); IEEE 802.3 clause 22.
 */
#include "devices/e1000.h"

enum { CONTROL, STATUS, ID1, ID2, ADVERTISE, PARTNER, EXPANSION, GIGABIT_CONTROL = 9, GIGABIT_STATUS, EXTENDED = 15 };
enum { SPECIFIC_CONTROL = 16, SPECIFIC_STATUS = 17, INTERRUPTS = 19, EXTENDED_CONTROL = 20, ERRORS = 21 };
enum { PHY_ADDRESS = 1, OP_WRITE = 1, OP_READ = 2 };
#define CONTROL_RESET 0x8000u
#define CONTROL_RESTART 0x0200u
#define STATUS_LINK 0x0004u
#define MDIC_READY UINT32_C(0x10000000)
#define MDIC_INTERRUPT UINT32_C(0x20000000)
#define MDIC_ERROR UINT32_C(0x40000000)

static const uint16_t at_reset[32] = {
        [CONTROL] = 0x1140, /* negotiate; gigabit, full duplex */
        [STATUS] = 0x7969,  /* all of 10 and 100, extended status, negotiation done; link is added */
        [ID1] = 0x0141,
        [ID2] = 0x0c20,
        [ADVERTISE] = 0x0de1,
        [PARTNER] = 0x45e1,
        [EXPANSION] = 0x0001,
        [GIGABIT_CONTROL] = 0x0e00,
        [GIGABIT_STATUS] = 0x3c00,
        [EXTENDED] = 0x3000,
        [SPECIFIC_CONTROL] = 0x0360,
        [EXTENDED_CONTROL] = 0x0d60,
};
/* what a driver can write; the rest is what the hardware finds */
static const uint32_t writable = 1u << CONTROL | 1u << ADVERTISE | 1u << 7 | 1u << GIGABIT_CONTROL |
                                 1u << SPECIFIC_CONTROL | 1u << 18 | 1u << EXTENDED_CONTROL | 0xff000000u;

void e1000_phy_reset(struct e1000 *card)
{
	for (unsigned i = 0; i < 32; i++)
		card->phy[i] = at_reset[i];
	if (!e1000_link(card)) {
		card->phy[STATUS] = 0x7949; /* never negotiated */
		card->phy[PARTNER] = card->phy[GIGABIT_STATUS] = 0;
		return;
	}
	card->phy[STATUS] |= STATUS_LINK;
	card->phy[SPECIFIC_STATUS] = 0xac00; /* gigabit, full duplex, resolved, link */
}

static void write(struct e1000 *card, unsigned number, uint16_t value)
{
	if (!(writable >> number & 1))
		return;
	card->phy[number] = value;
	if (number != CONTROL)
		return;
	if (value & CONTROL_RESET)
		e1000_phy_reset(card);
	card->phy[CONTROL] &= (uint16_t) ~(CONTROL_RESET | CONTROL_RESTART);
	if (value & (CONTROL_RESET | CONTROL_RESTART) && e1000_link(card))
		e1000_interrupt(card, E1000_LSC);
}

uint32_t e1000_phy_access(struct e1000 *card, uint32_t mdic)
{
	unsigned number = mdic >> 16 & 31, operation = mdic >> 26 & 3;
	uint32_t result = (mdic & ~(MDIC_ERROR | 0xffffu)) | MDIC_READY;
	if ((mdic >> 21 & 31) != PHY_ADDRESS || (operation != OP_READ && operation != OP_WRITE))
		return result | MDIC_ERROR;
	if (operation == OP_WRITE)
		write(card, number, (uint16_t)mdic);
	result |= operation == OP_READ ? card->phy[number] : mdic & 0xffff;
	if (operation == OP_READ && (number == INTERRUPTS || number == ERRORS))
		card->phy[number] = 0;
	if (mdic & MDIC_INTERRUPT)
		e1000_interrupt(card, E1000_MDAC);
	return result;
}
