/* SPDX-License-Identifier: ISC */
/*
 * A hostile application tries every port, in and out, in all sizes, as string instructions and from CPL 3 with IOPL 3.
 * It owns one port; every other attempt must raise #GP, change nothing, and be a record. The victim's frames stay whole.
 */
#include "tests/guest/common/attack.h"
#include "tests/guest/common/trap.h"
#include "tests/guest/common/victim.h"
#include "sdk/sdk.h"

#define OWN_PORT 0x70u /* the CMOS index: writing it is harmless */

struct access {
	uint32_t port;
	uint32_t kind;
};
enum { IN8, OUT8, IN16, OUT16, IN32, OUT32, INS, OUTS, KINDS };
static const uint8_t width[KINDS] = {1, 1, 2, 2, 4, 4, 1, 1};

static void touch(void *argument)
{
	const struct access *access = argument;
	uint32_t port = access->port, value = 0;
	uint8_t byte = 0;
	void *at = &byte;
	uint64_t count = 1;

	switch (access->kind) {
	case IN8:
		__asm__ volatile("inb %w1, %b0" : "+a"(value) : "d"(port));
		break;
	case OUT8:
		__asm__ volatile("outb %b0, %w1" : : "a"(value), "d"(port));
		break;
	case IN16:
		__asm__ volatile("inw %w1, %w0" : "+a"(value) : "d"(port));
		break;
	case OUT16:
		__asm__ volatile("outw %w0, %w1" : : "a"(value), "d"(port));
		break;
	case IN32:
		__asm__ volatile("inl %w1, %0" : "+a"(value) : "d"(port));
		break;
	case OUT32:
		__asm__ volatile("outl %0, %w1" : : "a"(value), "d"(port));
		break;
	case INS:
		__asm__ volatile("rep insb" : "+D"(at), "+c"(count) : "d"(port) : "memory");
		break;
	case OUTS:
		__asm__ volatile("rep outsb" : "+S"(at), "+c"(count) : "d"(port) : "memory");
		break;
	}
}

struct tally {
	uint64_t denied, allowed, wrong;
};

static void attempt(struct tally *tally, uint32_t port, uint32_t kind)
{
	struct access access = {port, kind};
	unsigned vector = trap_call(touch, &access);
	bool own = port == OWN_PORT && width[kind] == 1;

	tally->denied += vector == 13;
	tally->allowed += vector == TRAP_NONE;
	tally->wrong += vector != (own ? TRAP_NONE : 13u);
}

/* Every port by byte; wider and string forms for a sample that holds every boundary. */
static void try_all(struct tally *tally)
{
	for (uint32_t port = 0; port < 0x10000; port++) {
		attempt(tally, port, IN8);
		attempt(tally, port, OUT8);
	}
	for (uint32_t port = 0; port < 0x10000; port++) {
		if (port > 0x100 && port < 0xfff0 && port % 251)
			continue;
		for (uint32_t kind = IN16; kind < KINDS; kind++)
			attempt(tally, port, kind);
	}
}

static void user_in(void *argument)
{
	__asm__ volatile("inb %w0, %%al; int %1" : : "d"((uint32_t)(uintptr_t)argument), "i"(USER_END) : "rax");
}

static void hostile(void)
{
	struct channel channel;
	struct tally tally = {0};

	hostile_begin(&channel);
	try_all(&tally);
	unsigned user = trap_call_user(user_in, (void *)OWN_PORT); /* IOPL 0: the guest's own rule */
	hostile_end(&channel, &(struct report){{tally.denied, tally.allowed, tally.wrong, user}});
}

int main(void)
{
	struct attack attack = {0};
	const uint64_t *w = attack.report.word;

	if (role_is("hostile"))
		hostile();
	if (role_is("victim"))
		victim();
	attack_run(&attack, 60);
	judge(w[0] > 131000 && w[1] == 4 && w[2] == 0, "%lu attempts denied, %lu allowed, %lu wrong", w[0], w[1], w[2]);
	judge(w[3] == 13, "from CPL 3 even the own port is #GP");
	attack_audited(&attack);
	const struct audit_record *last = &attack.denials.last[AUDIT_IO_DENIED];
	judge(last->argument[0] && last->argument[1] >> 8 <= 4,
	      "the last record names port %lx, size and direction %lx", last->argument[0], last->argument[1]);
	attack_end(&attack, 200, 2000);
	return 0;
}
