/* SPDX-License-Identifier: ISC */
/* Lines and ports: one owner each, and none that would give its owner more than a device. */
#include "abi/hypercall.h"
#include "tools/check.h"

struct reserved_ports {
	uint32_t first, last;
	const char *what;
};
static const struct reserved_ports reserved[] = {
        {0x20, 0x21, "the interrupt controller"},     {0xa0, 0xa1, "the interrupt controller"},
        {0x4d0, 0x4d1, "the interrupt controller"},   {0x40, 0x43, "the timer that the starter measures time with"},
        {0x61, 0x61, "the timer's gate and NMI"},     {0x92, 0x92, "the A20 gate and reset"},
        {0xb2, 0xb3, "system management interrupts"}, {0xcf8, 0xcff, "PCI configuration of all devices, and reset"},
};

static bool overlap(uint64_t a_first, uint64_t a_last, uint64_t b_first, uint64_t b_last)
{
	return a_first <= b_last && b_first <= a_last;
}

static void check_reserved(struct compiler *compiler, const struct described_port *port)
{
	const struct description *d = compiler->description;
	for (unsigned i = 0; i < COUNT_OF(reserved); i++)
		if (overlap(port->first, port->last, reserved[i].first, reserved[i].last))
			problem(&compiler->report, port->line, "E-port-reserved",
			        "ports 0x%x-0x%x are %s; leave them to the core", reserved[i].first, reserved[i].last,
			        reserved[i].what);
	if (overlap(port->first, port->last, 0x64, 0x64) && !(d->subject[port->subject].rights & RIGHT_REBOOT))
		problem(&compiler->report, port->line, "E-port-reset",
		        "port 0x64 can reset the machine; give \"%s\" <may>board.reboot</may>, or leave the port out",
		        d->subject[port->subject].name);
	const struct described_board *board = &d->board;
	if ((board->reset_port && overlap(port->first, port->last, board->reset_port, board->reset_port)) ||
	    (board->off_port && overlap(port->first, port->last, board->off_port, board->off_port + 1)))
		problem(&compiler->report, port->line, "E-port-power",
		        "this range holds the board's port for reset or power off; use <may>board.*</may> instead");
}

static void check_ports(struct compiler *compiler)
{
	const struct description *d = compiler->description;
	for (unsigned i = 0; i < d->port_count; i++) {
		const struct described_port *port = &d->port[i];
		check_reserved(compiler, port);
		for (unsigned j = 0; j < i; j++)
			if (overlap(port->first, port->last, d->port[j].first, d->port[j].last))
				problem(&compiler->report, port->line, "E-port-twice",
				        "ports 0x%x-0x%x: some are given to \"%s\" in line %d already; give each port "
				        "once",
				        port->first, port->last, d->subject[d->port[j].subject].name, d->port[j].line);
	}
}

static void check_board(struct compiler *compiler)
{
	const struct described_board *board = &compiler->description->board;
	if (board->off_port > 0xfffe || board->off_value > 0xffff || board->reset_value > 0xff)
		problem(&compiler->report, board->line, "E-board-value",
		        "off-value has at most 16 bits, reset-value 8, off-port at most 0xfffe; use the values of the "
		        "FADT");
}

void check_devices(struct compiler *compiler)
{
	const struct description *d = compiler->description;
	for (unsigned i = 0; i < d->line_count; i++) {
		const struct described_line *line = &d->line_[i];
		if (line->gsi == 0 || line->gsi == 2)
			problem(&compiler->report, line->line, "E-line-reserved",
			        "interrupt line %llu is the core's timer; use another", (unsigned long long)line->gsi);
		for (unsigned j = 0; j < i; j++)
			if (d->line_[j].gsi == line->gsi)
				problem(&compiler->report, line->line, "E-line-twice",
				        "interrupt line %llu is given to \"%s\" in line %d already; a line has one "
				        "owner",
				        (unsigned long long)line->gsi, d->subject[d->line_[j].subject].name,
				        d->line_[j].line);
		check_vector(compiler, line->subject, line->vector, line->line);
	}
	check_ports(compiler);
	check_board(compiler);
}
