/* SPDX-License-Identifier: ISC */
#ifndef DEVICES_E1000_H
#define DEVICES_E1000_H

#include "devices/clock.h"
#include "devices/e1000_registers.h"
#include "devices/net.h"
#include "devices/pci_function.h"

/*
 * Intel 82540EM gigabit Ethernet; what is left out stands at the top of e1000.c. Whoever owns it calls e1000_poll when
 * the back end has news, and e1000_run when e1000_deadline has come.
 */
#define E1000_EEPROM_WORDS 64u
#define E1000_HEADER_BYTES 256u /* HDRLEN has eight bits */

/* The microwire interface of the EEPROM, clocked by the driver through EECD. */
struct e1000_eeprom {
	uint16_t word[E1000_EEPROM_WORDS];
	uint32_t command; /* bits since CS rose, from the start bit on */
	unsigned address, bit;
	bool reading, clock, out;
};
/* What a context descriptor says. */
struct e1000_context {
	uint8_t ip_start, ip_sum, tcp_start, tcp_sum, header;
	uint16_t ip_end, tcp_end, mss;
	bool tcp, ip4;
};
/* The packet that is being made from descriptors. */
struct e1000_packet {
	struct net_frame frame;
	struct e1000_context context;       /* as it was when the packet began */
	uint8_t header[E1000_HEADER_BYTES]; /* of a segmented packet, as the driver wrote it */
	size_t length;
	uint32_t taken;    /* bytes of the present descriptor that are in the frame or gone */
	uint32_t segments; /* that were sent of it */
	uint32_t options;  /* POPTS of its first descriptor */
	uint16_t tag;
	uint8_t legacy_start, legacy_at;
	bool begun, segmented, tagged, legacy_sum;
	bool spoilt; /* too long, or not all in memory: nothing of it is sent any more */
	bool ready;  /* the frame is complete but for room at the other side */
};
struct e1000 {
	struct pci_function pci;
	struct device_clock clock;
	struct net_backend net;
	uint32_t reg[E1000_REGISTER_BYTES / 4];
	uint32_t io_address;
	uint32_t cause;    /* of interrupts: what ICR reads */
	uint64_t quiet;    /* ns: no interrupt before, as ITR says */
	uint64_t deadline; /* ns: when e1000_run is to be called */
	bool level;
	bool more; /* a turn ended before the work did */
	struct e1000_eeprom eeprom;
	uint16_t phy[32];
	struct e1000_context context, segment_context;
	struct e1000_packet packet;
	struct net_frame frame; /* on its way in */
};

/* A back end without functions is a cable that is not plugged in. */
void e1000_init(struct e1000 *card, const uint8_t address[NET_ADDRESS_BYTES], const struct net_backend *net,
                const struct device_clock *clock);
void e1000_poll(struct e1000 *card);
uint64_t e1000_read(void *card, uint32_t offset, unsigned size); /* the registers in memory: a struct window */
void e1000_write(void *card, uint32_t offset, unsigned size, uint64_t value);
uint64_t e1000_deadline(const struct e1000 *card);
void e1000_run(struct e1000 *card, uint64_t now);

/* --- between the files of the model --- */
static inline uint32_t *e1000_reg(struct e1000 *card, unsigned offset)
{
	return &card->reg[offset / 4];
}
static inline bool e1000_link(const struct e1000 *card)
{
	return card->net.send != 0;
}
void e1000_interrupt(struct e1000 *card, uint32_t causes);
void e1000_turn_over(struct e1000 *card);                               /* there is more to do, but not at once */
void e1000_count(struct e1000 *card, unsigned offset, uint32_t amount); /* 32 bits, stays at the largest value */
void e1000_count_bytes(struct e1000 *card, unsigned offset, uint64_t amount);
void e1000_eeprom_init(struct e1000_eeprom *eeprom, const uint8_t address[NET_ADDRESS_BYTES]);
uint32_t e1000_eeprom_pins(struct e1000_eeprom *eeprom, uint32_t eecd); /* EECD as it then reads */
uint32_t e1000_eeprom_read(const struct e1000_eeprom *eeprom, uint32_t eerd);
void e1000_phy_reset(struct e1000 *card);
uint32_t e1000_phy_access(struct e1000 *card, uint32_t mdic);
void e1000_transmit(struct e1000 *card);
void e1000_receive(struct e1000 *card);
/* Headers of segment `number` that begins `offset` bytes into the payload. */
void e1000_segment_headers(const struct e1000_context *context, uint8_t *bytes, size_t length, uint32_t number,
                           uint32_t offset, bool last);
/* The sums that a packet's options ask for; the last one may stay open. */
void e1000_sums(const struct e1000_context *context, struct net_frame *frame, size_t length, uint32_t options);
/* Status in bits 0-7 and errors in 8-15 of a receive descriptor, as RXCSUM wants them. */
uint32_t e1000_judge_sums(uint32_t rxcsum, struct net_frame *frame, size_t length);

#endif
