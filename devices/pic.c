/* SPDX-License-Identifier: ISC */
/*
 * Two 8259A interrupt controllers as a PC wires them: the slave's INT is the master's input 2.
 *
 * A chip is a pure function of its registers: `requests` says what it would ask for now, and after every change the
 * slave's answer is set as the master's input and the master's as the pin. Edge inputs are latched in IRR when they
 * rise and unlatched when they fall before the acknowledge (the chip then answers its spurious IRQ 7); level inputs are
 * just looked at.
 *
 * Left out: MCS-80 mode, buffered mode and single mode (taken, without effect), the slave's special fully nested mode
 * follows ICW4 on the master only.
 * Data sheet: Intel 8259A (231468-003); ELCR: Intel PIIX3 (290550), 4d0h-4d1h.
 */
#include "devices/pic.h"

enum { ICW1_ICW4 = 0x01, ICW1_LEVEL = 0x08, ICW1 = 0x10 };
enum { ICW4_AUTO_EOI = 0x02, ICW4_NESTED = 0x10 };
enum { OCW3 = 0x08, OCW3_READ = 0x02, OCW3_ISR = 0x01, OCW3_POLL = 0x04, OCW3_SET_MASK = 0x40, OCW3_MASK = 0x20 };
enum { CASCADE = 2, NO_INPUT = 8 };

static uint8_t level_inputs(const struct pic_chip *chip)
{
	return chip->icw1 & ICW1_LEVEL ? 0xff : chip->elcr;
}

static uint8_t requested(const struct pic_chip *chip)
{
	uint8_t level = level_inputs(chip);

	return (uint8_t)((chip->irr & ~level) | (chip->lines & level));
}

/* The set input with the highest priority, which is the one after `lowest`. */
static unsigned highest(const struct pic_chip *chip, uint8_t set)
{
	for (unsigned i = 1; i <= 8; i++) {
		unsigned input = (chip->lowest + i) & 7;

		if (set >> input & 1)
			return input;
	}
	return NO_INPUT;
}

static unsigned rank(const struct pic_chip *chip, unsigned input)
{
	return (input - chip->lowest - 1) & 7;
}

/*
 * The input the chip would interrupt for, or NO_INPUT. In service means blocked, together with all lower priorities;
 * in special mask mode masked levels in service block nobody; in special fully nested mode the master's cascade input
 * does not block itself, so that a higher request of the slave comes through.
 */
static unsigned wanted(const struct pic_chip *chip, bool master)
{
	uint8_t blocking = chip->isr;
	unsigned best = highest(chip, (uint8_t)(requested(chip) & ~chip->imr)), served;

	if (chip->step || best == NO_INPUT)
		return NO_INPUT;
	if (chip->special_mask)
		blocking &= (uint8_t)~chip->imr;
	served = highest(chip, blocking);
	if (served == NO_INPUT || rank(chip, best) < rank(chip, served))
		return best;
	if (served == best && master && best == CASCADE && chip->icw4 & ICW4_NESTED)
		return best;
	return NO_INPUT;
}

/* An input's level: IRR catches the rising edge. */
static void set_input(struct pic_chip *chip, unsigned input, bool level)
{
	uint8_t bit = (uint8_t)(1u << input);

	if (level && !(chip->lines & bit))
		chip->irr |= bit;
	if (!level)
		chip->irr &= (uint8_t)~bit;
	chip->lines = (uint8_t)(level ? chip->lines | bit : chip->lines & ~bit);
}

static void update(struct pic *pic)
{
	bool level;

	set_input(&pic->chip[0], CASCADE, wanted(&pic->chip[1], false) != NO_INPUT);
	level = wanted(&pic->chip[0], true) != NO_INPUT;
	if (level == pic->level)
		return;
	pic->level = level;
	pin_set(&pic->out, level);
}

void pic_set(void *owner, unsigned line, bool level)
{
	struct pic *pic = owner;

	if (line > 15 || line == CASCADE)
		return;
	set_input(&pic->chip[line >> 3], line & 7, level);
	update(pic);
}

/* Takes an input into service: what both INTA and a poll do. */
static void accept(struct pic_chip *chip, unsigned input)
{
	uint8_t bit = (uint8_t)(1u << input);

	chip->irr &= (uint8_t)~bit;
	if (!(chip->icw4 & ICW4_AUTO_EOI))
		chip->isr |= bit;
	else if (chip->rotate_on_auto_eoi)
		chip->lowest = (uint8_t)input;
}

uint8_t pic_acknowledge(struct pic *pic)
{
	struct pic_chip *chip = &pic->chip[0];
	unsigned input = wanted(chip, true);

	if (input != NO_INPUT)
		accept(chip, input);
	if (input == CASCADE) {
		chip = &pic->chip[1];
		input = wanted(chip, false);
		if (input != NO_INPUT)
			accept(chip, input);
		/* INT falls with INTA: what the slave wants next is a new edge for the master. */
		set_input(&pic->chip[0], CASCADE, false);
	}
	update(pic);
	return (uint8_t)(chip->vector | (input == NO_INPUT ? 7 : input));
}

static void start_init(struct pic_chip *chip, uint8_t value)
{
	chip->icw1 = value;
	chip->icw4 = 0;
	chip->irr = chip->isr = chip->imr = 0;
	chip->lowest = 7;
	chip->read_isr = chip->poll = chip->special_mask = chip->rotate_on_auto_eoi = false;
	chip->step = 2;
}

static void end_of_interrupt(struct pic_chip *chip, uint8_t value)
{
	bool rotate = value & 0x80, specific = value & 0x40;
	uint8_t eligible = chip->special_mask ? (uint8_t)(chip->isr & ~chip->imr) : chip->isr;
	unsigned input = specific ? value & 7u : highest(chip, eligible);

	if (input == NO_INPUT)
		return;
	chip->isr &= (uint8_t) ~(1u << input);
	if (rotate)
		chip->lowest = (uint8_t)input;
}

static void write_ocw2(struct pic_chip *chip, uint8_t value)
{
	switch (value >> 5) {
	case 0: /* rotate in automatic EOI mode: clear */
	case 4: /* set */
		chip->rotate_on_auto_eoi = value & 0x80;
		break;
	case 6: /* set priority */
		chip->lowest = value & 7;
		break;
	case 2: /* no operation */
		break;
	default:
		end_of_interrupt(chip, value);
		break;
	}
}

static void write_ocw3(struct pic_chip *chip, uint8_t value)
{
	if (value & OCW3_SET_MASK)
		chip->special_mask = value & OCW3_MASK;
	chip->poll = value & OCW3_POLL;
	if (!chip->poll && value & OCW3_READ)
		chip->read_isr = value & OCW3_ISR;
}

static void write_command(struct pic_chip *chip, uint8_t value)
{
	if (value & ICW1)
		start_init(chip, value);
	else if (value & OCW3)
		write_ocw3(chip, value);
	else
		write_ocw2(chip, value);
}

/* The data port takes ICW2 to ICW4 in turn, then the mask. Step 0 is the end. */
static void write_data(struct pic_chip *chip, uint8_t value)
{
	switch (chip->step) {
	case 2:
		chip->vector = value & 0xf8;
		chip->step = 3;
		break;
	case 3: /* which input is the cascade: a PC's wires are what they are */
		chip->step = chip->icw1 & ICW1_ICW4 ? 4 : 0;
		break;
	case 4:
		chip->icw4 = value;
		chip->step = 0;
		break;
	default:
		chip->imr = value;
		break;
	}
}

static void write(struct pic *pic, struct pic_chip *chip, uint16_t offset, uint32_t value)
{
	if (offset)
		write_data(chip, (uint8_t)value);
	else
		write_command(chip, (uint8_t)value);
	update(pic);
}

/* A read after the poll command is an acknowledge: bit 7 says whether there was a request. */
static uint8_t poll(struct pic_chip *chip, bool master)
{
	unsigned input = wanted(chip, master);

	chip->poll = false;
	if (input == NO_INPUT)
		return 0;
	accept(chip, input);
	return (uint8_t)(0x80 | input);
}

static uint32_t read(struct pic *pic, struct pic_chip *chip, uint16_t offset)
{
	uint8_t value;

	if (!chip->poll)
		return offset ? chip->imr : chip->read_isr ? chip->isr : requested(chip);
	value = poll(chip, chip == &pic->chip[0]);
	if (chip == &pic->chip[1])
		set_input(&pic->chip[0], CASCADE, false);
	update(pic);
	return value;
}

static uint32_t master_read(void *pic, uint16_t offset, unsigned size)
{
	(void)size;
	return read(pic, &((struct pic *)pic)->chip[0], offset);
}

static void master_write(void *pic, uint16_t offset, unsigned size, uint32_t value)
{
	(void)size;
	write(pic, &((struct pic *)pic)->chip[0], offset, value);
}

static uint32_t slave_read(void *pic, uint16_t offset, unsigned size)
{
	(void)size;
	return read(pic, &((struct pic *)pic)->chip[1], offset);
}

static void slave_write(void *pic, uint16_t offset, unsigned size, uint32_t value)
{
	(void)size;
	write(pic, &((struct pic *)pic)->chip[1], offset, value);
}

static uint32_t elcr_read(void *pic, uint16_t offset, unsigned size)
{
	(void)size;
	return ((struct pic *)pic)->chip[offset & 1].elcr;
}

static void elcr_write(void *pic, uint16_t offset, unsigned size, uint32_t value)
{
	struct pic_chip *chip = &((struct pic *)pic)->chip[offset & 1];

	(void)size;
	chip->elcr = (uint8_t)(value & chip->elcr_mask);
	update(pic);
}

void pic_reset(struct pic *pic)
{
	for (unsigned i = 0; i < 2; i++) {
		struct pic_chip *chip = &pic->chip[i];

		/* The lines are somebody else's. All masked, and operational, as firmware would leave it. */
		*chip = (struct pic_chip){.lines = chip->lines, .imr = 0xff, .lowest = 7};
		chip->vector = i ? 0x70 : 0x08;
		chip->elcr_mask = i ? 0xde : 0xf8; /* 0, 1, 2, 8 and 13 are always edges */
	}
	pic->chip[0].lines &= (uint8_t) ~(1u << CASCADE);
	update(pic);
}

void pic_init(struct pic *pic, const struct pin *out)
{
	*pic = (struct pic){.out = *out};
	pic_reset(pic);
}

enum status pic_attach(struct pic *pic, struct bus *bus)
{
	const struct bus_range ranges[] = {{0x20, 2, pic, master_read, master_write, 1},
	                                   {0xa0, 2, pic, slave_read, slave_write, 1},
	                                   {0x4d0, 2, pic, elcr_read, elcr_write, 1}};

	for (unsigned i = 0; i < 3; i++) {
		enum status status = bus_add(bus, &ranges[i]);

		if (status)
			return status;
	}
	return OK;
}
