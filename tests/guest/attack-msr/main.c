/* SPDX-License-Identifier: ISC */
/*
 * A hostile application reads and writes every model-specific register of the architectural and AMD ranges, some beyond
 * them, and sends every kind of interprocessor interrupt to every other APIC id. What is refused is #GP and a record.
 */
#include "sdk/sdk.h"
#include "tests/guest/common/attack.h"
#include "tests/guest/common/trap.h"
#include "tests/guest/common/victim.h"

struct access {
	uint32_t msr;
	uint64_t value;
};

static void read_msr(void *argument)
{
	struct access *access = argument;
	uint32_t low, high;

	__asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(access->msr));
	access->value = (uint64_t)high << 32 | low;
}

static void write_msr(void *argument)
{
	const struct access *access = argument;

	__asm__ volatile("wrmsr" : : "c"(access->msr), "a"((uint32_t)access->value), "d"(access->value >> 32));
}

static void user_read(void *argument)
{
	__asm__ volatile("rdmsr; int %1" : : "c"((uint32_t)(uintptr_t)argument), "i"(USER_END) : "rax", "rdx");
}

struct tally {
	uint64_t refused; /* by the description: a record each */
	uint64_t answered, wrong, reads, writes;
};

/* Registers that the core itself is: a wrong value is #GP as on silicon, not a breach of the description. */
static bool is_cores(uint32_t msr)
{
	return (msr >= 0x800 && msr < 0x900) || msr == 0x1b || msr == 0x6e0 || msr == 0xc0000080u || msr == 0x277 ||
	       msr == 0xc0000103u;
}

static void attempt(struct tally *tally, trap_code *code, uint32_t msr, uint64_t value, uint64_t *done)
{
	struct access access = {msr, value};
	unsigned vector = trap_call(code, &access);

	*done += vector == TRAP_NONE;
	tally->answered += vector == TRAP_NONE || is_cores(msr);
	tally->refused += vector == 13 && !is_cores(msr);
	tally->wrong += vector != 13 && vector != TRAP_NONE;
}

static void try_one(struct tally *tally, uint32_t msr)
{
	attempt(tally, read_msr, msr, 0, &tally->reads);
	attempt(tally, write_msr, msr, ~UINT64_C(0), &tally->writes);
	attempt(tally, write_msr, msr, 0, &tally->writes);
}

static void try_range(struct tally *tally, uint32_t first, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		if (first + i != 0x1b)
			try_one(tally, first + i);
}

/* All kinds of IPI to everybody but ourselves; nobody else is there. */
static void send_ipis(void)
{
	for (uint32_t id = 1; id < 0x200; id++)
		for (uint32_t mode = 0; mode < 8; mode++) {
			struct access to_one = {0x830, (uint64_t)id << 32 | 0x4000 | mode << 8 | 0x40};
			trap_call(write_msr, &to_one);
		}
	for (uint32_t mode = 0; mode < 8; mode++) {
		struct access to_others = {0x830, 0xc4000 | mode << 8 | 0x40};
		trap_call(write_msr, &to_others);
	}
}

/* Of these not even a read or a zero may pass: they are the machine's. */
static uint64_t forbidden_passed(void)
{
	static const uint32_t forbidden[] = {0xc0010114u, 0xc0010117u, 0xc0010111u, 0xc0010112u, 0xc0010113u,
	                                     0x1d9u,      0xc0010000u, 0xc0010004u, 0xda0u,      0x6a0u,
	                                     0x48u,       0x49u,       0x10bu};
	uint64_t passed = 0;

	for (unsigned i = 0; i < sizeof(forbidden) / sizeof(*forbidden); i++) {
		struct access access = {forbidden[i], 0};
		passed += trap_call(write_msr, &access) != 13;
	}
	return passed;
}

static void hostile(void)
{
	struct channel channel;
	struct tally tally = {0};
	struct access efer = {0xc0000080u, 0}, base = {0x1b, 0};

	hostile_begin(&channel);
	try_range(&tally, 0, 0x2000);
	try_range(&tally, 0xc0000000u, 0x2000);
	try_range(&tally, 0xc0010000u, 0x2000);
	try_range(&tally, 0x2000, 0x80);
	try_range(&tally, 0x40000000u, 0x200);
	try_range(&tally, 0x4b564d00u, 0x10);
	try_range(&tally, 0xfffffff0u, 0x10);
	uint64_t passed = forbidden_passed();
	tally.refused += 13 - passed;
	unsigned user = trap_call_user(user_read, (void *)0xc0000080u);
	trap_call(read_msr, &efer);
	send_ipis();
	try_one(&tally, 0x1b); /* the last one: zero switches the local APIC off */
	trap_call(read_msr, &base);
	hostile_end(&channel, &(struct report){{tally.refused, tally.answered, tally.wrong, tally.reads, tally.writes,
	                                        efer.value, user, passed}});
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
	judge(w[0] > 60000 && !w[2], "%lu attempts refused, %lu answered, %lu wrong exceptions", w[0], w[1], w[2]);
	judge(w[3] < 80 && w[4] < 60, "%lu reads and %lu writes of 25,000 registers had an answer", w[3], w[4]);
	judge(!(w[5] & 0x1000), "EFER reads %lx: virtualization is not to be seen", w[5]);
	judge(w[6] == 13, "from CPL 3 RDMSR is #GP");
	judge(w[7] == 0, "%lu writes passed to registers of the machine", w[7]);
	attack_audited(&attack);
	attack_end(&attack, 200, 2000);
	return 0;
}
