/* SPDX-License-Identifier: ISC */
/*
 * A 16550A UART.
 *
 * The line has no speed: what the guest sends goes to the back end at once, what the back end has is fetched at once.
 * So the transmitter is empty again before the guest can look, unless the back end is full: then up to 16 bytes stay in
 * the FIFO, THRE stays low, and serial_poll sends them when there is room. A burst is over as soon as it is fetched,
 * so the character timeout (16550D data sheet 8.5.B) is due at once as well; no time is needed. Nothing is ever lost
 * on the receiving side: bytes are fetched only into free places.
 *
 * Left out: break, parity and framing errors (the back end has none), DMA mode, baud rate (kept, without effect), the
 * Ring and other modem inputs (DCD, DSR and CTS are always on), FIFO timeout by time.
 * Data sheet: National PC16550D (1995). Linux' drivers/tty/serial/8250 is the strictest user: its probe looks for the
 * FIFO bits in IIR, loopback, four IER bits, and THRE reported again when its IER bit is set anew.
 */
#include "devices/serial.h"

enum { RBR = 0, IER = 1, IIR = 2, LCR = 3, MCR = 4, LSR = 5, MSR = 6, SCR = 7 };
enum { IER_RDA = 1, IER_THRE = 2, IER_RLS = 4, IER_MSI = 8 };
enum { IIR_MSI = 0, IIR_NONE = 1, IIR_THRE = 2, IIR_RDA = 4, IIR_RLS = 6, IIR_TIMEOUT = 12, IIR_FIFO = 0xc0 };
enum { FCR_ENABLE = 1, FCR_CLEAR_RX = 2, FCR_CLEAR_TX = 4 };
enum { LCR_DLAB = 0x80 };
enum { MCR_DTR = 1, MCR_RTS = 2, MCR_OUT1 = 4, MCR_OUT2 = 8, MCR_LOOP = 0x10, MCR_BITS = 0x1f };
enum { LSR_DR = 1, LSR_OE = 2, LSR_ERRORS = 0x1e, LSR_THRE = 0x20, LSR_TEMT = 0x40 };
enum { MSR_DELTAS = 0x0f, MSR_TERI = 4, MSR_CTS = 0x10, MSR_DSR = 0x20, MSR_RI = 0x40, MSR_DCD = 0x80 };

const struct serial_place serial_places[SERIAL_PLACES] = {{0x3f8, 4}, {0x2f8, 3}, {0x3e8, 5}, {0x2e8, 7}};

static void fifo_put(struct serial_fifo *fifo, uint8_t byte)
{
	fifo->bytes[(fifo->first + fifo->count++) % SERIAL_FIFO] = byte;
}

static uint8_t fifo_get(struct serial_fifo *fifo)
{
	uint8_t byte = fifo->bytes[fifo->first];

	fifo->first = (uint8_t)((fifo->first + 1) % SERIAL_FIFO);
	fifo->count--;
	return byte;
}

/* Without FIFO mode each direction holds one byte. */
static unsigned capacity(const struct serial *serial)
{
	return serial->fcr & FCR_ENABLE ? SERIAL_FIFO : 1;
}

static unsigned trigger(const struct serial *serial)
{
	static const uint8_t level[4] = {1, 4, 8, 14};

	return serial->fcr & FCR_ENABLE ? level[serial->fcr >> 6] : 1;
}

/* The enabled interrupt with the highest priority, as IIR's low bits (data sheet, table V). */
static unsigned pending(const struct serial *serial)
{
	if (serial->ier & IER_RLS && serial->lsr_errors)
		return IIR_RLS;
	if (serial->ier & IER_RDA && serial->rx.count)
		return serial->rx.count >= trigger(serial) ? IIR_RDA : IIR_TIMEOUT;
	if (serial->ier & IER_THRE && serial->thre_pending)
		return IIR_THRE;
	if (serial->ier & IER_MSI && serial->msr & MSR_DELTAS)
		return IIR_MSI;
	return IIR_NONE;
}

/* On a PC, OUT2 connects the interrupt output to the line; loopback holds that pin inactive. */
static void update_pin(struct serial *serial)
{
	bool level = pending(serial) != IIR_NONE && (serial->mcr & (MCR_OUT2 | MCR_LOOP)) == MCR_OUT2;

	if (level == serial->level)
		return;
	serial->level = level;
	pin_set(&serial->pin, level);
}

/* The modem inputs: what is connected, or in loopback the outputs; changes are remembered in the delta bits. */
static void update_modem(struct serial *serial)
{
	uint8_t now = MSR_CTS | MSR_DSR | MSR_DCD, deltas;

	if (serial->mcr & MCR_LOOP)
		now = (uint8_t)((serial->mcr & MCR_RTS ? MSR_CTS : 0) | (serial->mcr & MCR_DTR ? MSR_DSR : 0) |
		                (serial->mcr & MCR_OUT1 ? MSR_RI : 0) | (serial->mcr & MCR_OUT2 ? MSR_DCD : 0));
	deltas = (uint8_t)((now ^ serial->msr) >> 4);
	if (now & MSR_RI) /* only the trailing edge of Ring counts */
		deltas &= (uint8_t)~MSR_TERI;
	serial->msr = (uint8_t)(now | (serial->msr & MSR_DELTAS) | deltas);
}

static void loop_back(struct serial *serial, uint8_t byte)
{
	if (serial->rx.count < capacity(serial)) {
		fifo_put(&serial->rx, byte);
		return;
	}
	serial->lsr_errors |= LSR_OE;
	if (capacity(serial) == 1) /* the new byte overwrites the old one; in FIFO mode it is the one that is lost */
		serial->rx.bytes[serial->rx.first] = byte;
}

/* Gives the back end what it takes. The transmitter has become empty if something went and nothing is left. */
static void send(struct serial *serial)
{
	if (!serial->tx.count)
		return;
	while (serial->tx.count) {
		uint8_t byte = serial->tx.bytes[serial->tx.first];

		if (serial->mcr & MCR_LOOP)
			loop_back(serial, byte);
		else if (serial->backend.write && !serial->backend.write(serial->backend.owner, &byte, 1))
			return;
		else
			serial->sent++;
		fifo_get(&serial->tx);
	}
	serial->thre_pending = true;
}

static void fetch(struct serial *serial)
{
	uint8_t bytes[SERIAL_FIFO];
	unsigned room = capacity(serial) > serial->rx.count ? capacity(serial) - serial->rx.count : 0;
	size_t got;

	if (!room || serial->mcr & MCR_LOOP || !serial->backend.read)
		return;
	got = serial->backend.read(serial->backend.owner, bytes, room);
	for (size_t i = 0; i < got && i < room; i++) {
		fifo_put(&serial->rx, bytes[i]);
		serial->received++;
	}
}

void serial_poll(struct serial *serial)
{
	send(serial);
	fetch(serial);
	update_pin(serial);
}

void serial_reset(struct serial *serial)
{
	serial->tx = serial->rx = (struct serial_fifo){0};
	serial->ier = serial->fcr = serial->lcr = serial->mcr = serial->scratch = 0;
	serial->lsr_errors = 0;
	serial->msr = MSR_CTS | MSR_DSR | MSR_DCD;
	serial->dll = 12; /* 9600 baud, what firmware leaves */
	serial->dlm = 0;
	serial->thre_pending = false;
	update_pin(serial);
}

void serial_init(struct serial *serial, const struct serial_backend *backend, const struct pin *pin)
{
	*serial = (struct serial){.backend = *backend, .pin = *pin};
	serial_reset(serial);
}

static uint8_t read_data(struct serial *serial)
{
	uint8_t byte = 0;

	if (serial->rx.count)
		byte = fifo_get(&serial->rx);
	/* Refilled only once empty: a burst then costs one call of the back end, not one per byte. */
	if (!serial->rx.count)
		fetch(serial);
	return byte;
}

/* Reading IIR settles the transmitter's interrupt if that is what was reported. */
static uint8_t read_iir(struct serial *serial)
{
	unsigned id = pending(serial);

	if (id == IIR_THRE)
		serial->thre_pending = false;
	return (uint8_t)(id | (serial->fcr & FCR_ENABLE ? IIR_FIFO : 0));
}

/* A guest that polls for room makes its own progress, without serial_poll. */
static uint8_t read_lsr(struct serial *serial)
{
	unsigned value;

	send(serial);
	value = serial->lsr_errors | (serial->rx.count ? LSR_DR : 0) | (serial->tx.count ? 0 : LSR_THRE | LSR_TEMT);
	serial->lsr_errors = 0;
	return (uint8_t)value;
}

static uint8_t read_msr(struct serial *serial)
{
	uint8_t value = serial->msr;

	serial->msr &= (uint8_t)~MSR_DELTAS;
	return value;
}

static uint8_t read_register(struct serial *serial, unsigned index)
{
	bool dlab = serial->lcr & LCR_DLAB;

	switch (index) {
	case RBR:
		return dlab ? serial->dll : read_data(serial);
	case IER:
		return dlab ? serial->dlm : serial->ier;
	case IIR:
		return read_iir(serial);
	case LCR:
		return serial->lcr;
	case MCR:
		return serial->mcr;
	case LSR:
		return read_lsr(serial);
	case MSR:
		return read_msr(serial);
	default:
		return serial->scratch;
	}
}

uint32_t serial_read(void *owner, uint16_t offset, unsigned size)
{
	struct serial *serial = owner;
	uint8_t value = read_register(serial, offset & 7);

	(void)size; /* the bus splits */
	update_pin(serial);
	return value;
}

static void write_data(struct serial *serial, uint8_t byte)
{
	serial->thre_pending = false;
	if (serial->tx.count < capacity(serial))
		fifo_put(&serial->tx, byte);
	send(serial);
}

/* An IER bit that becomes set while the transmitter is empty reports that again: drivers start sending that way. */
static void write_ier(struct serial *serial, uint8_t value)
{
	if (value & ~serial->ier & IER_THRE && !serial->tx.count)
		serial->thre_pending = true;
	serial->ier = value & 0x0f;
}

static void write_fcr(struct serial *serial, uint8_t value)
{
	bool toggled = (value ^ serial->fcr) & FCR_ENABLE;

	if (toggled || value & FCR_CLEAR_RX)
		serial->rx = (struct serial_fifo){0};
	if ((toggled || value & FCR_CLEAR_TX) && serial->tx.count) {
		serial->tx = (struct serial_fifo){0};
		serial->thre_pending = true;
	}
	/* The other bits can be programmed only together with the enable bit. */
	serial->fcr = value & FCR_ENABLE ? value & (uint8_t) ~(FCR_CLEAR_RX | FCR_CLEAR_TX) : 0;
	fetch(serial);
}

static void write_mcr(struct serial *serial, uint8_t value)
{
	serial->mcr = value & MCR_BITS;
	update_modem(serial);
	send(serial);
	fetch(serial);
}

static void write_register(struct serial *serial, unsigned index, uint8_t value)
{
	bool dlab = serial->lcr & LCR_DLAB;

	switch (index) {
	case RBR:
		if (dlab)
			serial->dll = value;
		else
			write_data(serial, value);
		break;
	case IER:
		if (dlab)
			serial->dlm = value;
		else
			write_ier(serial, value);
		break;
	case IIR:
		write_fcr(serial, value);
		break;
	case LCR:
		serial->lcr = value;
		break;
	case MCR:
		write_mcr(serial, value);
		break;
	case SCR:
		serial->scratch = value;
		break;
	default: /* LSR and MSR are written in factory tests only */
		break;
	}
}

void serial_write(void *owner, uint16_t offset, unsigned size, uint32_t value)
{
	struct serial *serial = owner;

	(void)size;
	write_register(serial, offset & 7, (uint8_t)value);
	update_pin(serial);
}

enum status serial_attach(struct serial *serial, struct bus *bus, uint16_t base)
{
	return bus_add(bus, &(struct bus_range){base, 8, serial, serial_read, serial_write, 1});
}
