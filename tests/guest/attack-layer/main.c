/* SPDX-License-Identifier: ISC */
/*
 * A hostile virtualization layer: random and boundary values for every part of its guest's state, every flag of the run
 * call, every local-APIC register, vCPUs that are not its own; its second vCPU, if it has one, writes to the exit frame
 * all the while. A state that the hardware refuses is its own guest's fault and a restart of that unit, nothing else.
 */
#include "lib/bytes.h"
#include "sdk/memory.h"
#include "sdk/sdk.h"
#include "sdk/vcpu.h"
#include "tests/guest/common/attack.h"
#include "tests/guest/common/victim.h"

START_STACKS(2, 16384);
MEMORY_TABLES(2);

#define HANDLER 0x600u
#define CODE 0x1000u
#define EFER_LME 0x100u
#define CR4_PAE 0x20u
#define ROUNDS 400u /* in a life, if it lasts */
static uint64_t seed;
static struct exit_frame base; /* a sound state to start from */

static uint64_t next_random(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static uint64_t odd_value(void)
{
	uint64_t bit = UINT64_C(1) << (next_random() & 63);

	switch (next_random() & 7) {
	case 0:
		return 0;
	case 1:
		return ~UINT64_C(0);
	case 2:
		return bit;
	case 3:
		return bit - 1;
	case 4:
		return next_random() & 0xffff;
	default:
		return next_random();
	}
}

static struct exit_frame *frame_of(uint32_t vcpu)
{
	return info_pointer(info_memory_vcpu(INFO_FRAME, vcpu)->gpa);
}

/*
 * Mostly sound: else the first entry would be the last. Two states end QEMU 7.2 itself, not the core: no task segment at
 * CPL 3 ("invalid tss"), and an exit with EFER.LME but without CR4.PAE (its host CR0 is not restored then).
 */
static void spoil(struct exit_frame *frame, unsigned count)
{
	uint64_t *word = (uint64_t *)frame;
	unsigned first = 6, words = (unsigned)(sizeof(*frame) / 8 - first);
	struct frame_segment tr = base.segment[FRAME_TR];

	memcpy(frame, &base, sizeof(base));
	for (unsigned i = 0; i < count; i++)
		word[first + next_random() % words] = odd_value();
	frame->segment[FRAME_TR] = tr;
	if (frame->efer & EFER_LME)
		frame->cr4 |= CR4_PAE;
}

/* All real-mode vectors lead to code that ends: a fault that raises itself would stop the time of a counting emulator. */
static void start_guest(void)
{
	static const uint8_t code[] = {0xe6, 0x80, 0xec, 0x0f, 0xa2, 0xeb, 0xf9}; /* out, in, cpuid, again */
	static const uint8_t handler[] = {0xe6, 0x81, 0xcf};                      /* out, iret */
	const struct info_memory *ram = info_memory_kind(INFO_GUEST_RAM, 0);
	uint32_t *vector = info_pointer(ram->gpa);

	memory_map_window(ram->gpa, ram->size);
	for (unsigned i = 0; i < 256; i++)
		vector[i] = HANDLER;
	memcpy(info_pointer(ram->gpa + HANDLER), handler, sizeof(handler));
	memcpy(info_pointer(ram->gpa + CODE), code, sizeof(code));
	vcpu_get(0);
	memcpy(&base, frame_of(0), sizeof(base));
	base.rip = CODE;
	base.segment[FRAME_CS].base = 0;
	base.segment[FRAME_CS].selector = 0;
	base.gpr[FRAME_RSP] = CODE;
}

struct tally {
	uint64_t runs, exits, refused, wrong;
};

/* Calls whose answer is known. */
static void forbidden(struct tally *tally)
{
	static const struct {
		uint32_t number, vcpu;
		enum status status;
	} calls[] = {
	        {HC_VCPU_GET, 77, ERR_INDEX},       {HC_VCPU_SET, 77, ERR_INDEX},       {HC_LAPIC_READ, 77, ERR_INDEX},
	        {HC_LAPIC_ASSERT, 77, ERR_INDEX},   {HC_SUBJECT_RESTART, 0, ERR_RIGHT}, {HC_REBOOT, 0, ERR_RIGHT},
	        {HC_SCHEDULE_SWITCH, 0, ERR_RIGHT}, {HC_IMAGE_LOAD, 0, ERR_RIGHT},
	};

	for (unsigned i = 0; i < sizeof(calls) / sizeof(*calls); i++) {
		enum status status = hypercall_void(calls[i].number, calls[i].vcpu, 0, 0);
		tally->wrong += status != calls[i].status;
		tally->refused++;
	}
	for (unsigned vcpu = 1; vcpu < info_get()->guest_vcpus; vcpu++) {
		tally->wrong += vcpu_get(vcpu) != ERR_STATE || vcpu_set(vcpu, FRAME_HAS_ALL) != ERR_STATE;
		tally->refused += 2;
	}
}

static void attack_apic(struct tally *tally)
{
	uint32_t value;

	tally->refused += lapic_write(0, next_random() & 0x7f0, (uint32_t)odd_value()) != OK;
	tally->refused += lapic_read(0, (uint32_t)odd_value() & 0x7ff, &value) != OK;
	tally->refused += lapic_assert(0, (uint32_t)next_random() & 0x3ff) != OK;
	tally->refused += line_extint(0, next_random() & 1) != OK;
}

static void attack_run_call(struct tally *tally)
{
	struct vcpu_outcome outcome;
	uint64_t flags = next_random() & (RUN_ADVANCE | RUN_SET_RAX | RUN_INJECT | RUN_EXTINT);

	spoil(frame_of(0), (unsigned)next_random() & 3);
	flags |= RUN_TAKE(next_random() & 7) | RUN_VECTOR(next_random() & 0xff);
	if (!(next_random() & 15))
		flags = odd_value();
	tally->runs++;
	bool good = vcpu_run(flags, odd_value(), clock_tsc() + 20000, &outcome) == OK;
	tally->refused += !good;
	tally->exits += good && outcome.kind == RUN_OUT_EXIT;
	if (good && outcome.kind > RUN_OUT_STARTED)
		tally->wrong++;
}

static void attack_set(struct tally *tally)
{
	spoil(frame_of(0), (unsigned)next_random() & 7);
	tally->refused += vcpu_set(0, next_random() & 0x1f) != OK;
}

static void hostile(void)
{
	struct channel channel;
	struct tally tally = {0};
	struct report order;

	report_open(&channel, "pawn");
	seed = 88172645463325252u + info_get()->epoch;
	start_guest();
	vcpu_set(0, FRAME_HAS_GPR | FRAME_HAS_SEGMENTS);
	while (info_get()->epoch == 0 && !report_poll(&channel, &order))
		event_wait(channel_event(&channel), EVENT_FOREVER);
	forbidden(&tally);
	for (unsigned round = 0; round < ROUNDS; round++) {
		report_send(&channel,
		            &(struct report){{info_get()->epoch, tally.runs, tally.exits, tally.refused, tally.wrong}});
		attack_run_call(&tally);
		attack_apic(&tally);
		attack_set(&tally);
	}
	guest_restart();
}

/* Changes the frame of its sibling's guest during handovers; what would end QEMU stays as it is. Between two storms it
 * is quiet, so that guests are entered too, whatever the pace of the two CPUs. */
void secondary_main(unsigned vcpu)
{
	(void)vcpu;
	for (uint64_t i = 0;; i++) {
		struct exit_frame *frame = frame_of(0);
		uint64_t *word = (uint64_t *)frame + i % (sizeof(struct exit_frame) / 8);
		const void *tr = &frame->segment[FRAME_TR];
		if (i & 0x1000 && word != &frame->efer && word != &frame->cr4 && word != tr &&
		    word != (const uint64_t *)tr + 1)
			*word = i & 0x800 ? ~UINT64_C(0) : i * UINT64_C(0x9e3779b97f4a7c15);
		__asm__ volatile("pause"); /* lets an emulator that counts turn to the other CPU */
	}
}

int main(void)
{
	struct channel pawn, victim_channel;
	struct denials denials = {0};
	struct report report = {{0}};
	uint64_t runs = 0, exits = 0, wrong = 0, lives = 0, life = ~UINT64_C(0), last_runs = 0, last_exits = 0;
	uint64_t wanted = info_option_number("lives", 30), until = clock_deadline(20 * CLOCK_S);

	if (info_get()->kind == KIND_LAYER)
		hostile();
	if (role_is("victim"))
		victim();
	if (!role_is("judge"))
		return 0;
	report_open(&pawn, "pawn");
	report_open(&victim_channel, "victim");
	denials_open(&denials, "pawn");
	report_send(&pawn, &report);
	while (lives < wanted && clock_tsc() < until) {
		denials_collect(&denials);
		if (!report_poll(&pawn, &report)) {
			event_wait(channel_event(&pawn), clock_deadline(CLOCK_MS));
			continue;
		}
		const uint64_t *w = report.word;
		if (w[0] != life) {
			lives++;
			life = w[0];
			last_runs = last_exits = 0;
		}
		runs += w[1] - last_runs;
		exits += w[2] - last_exits;
		wrong += w[4];
		last_runs = w[1];
		last_exits = w[2];
	}
	denials_collect(&denials);
	judge(lives >= wanted && runs > lives && exits > 0, "%lu lives of the guest, %lu runs, %lu exits", lives, runs,
	      exits);
	judge(wrong == 0, "%lu answers that must not be", wrong);
	judge(denials.event[AUDIT_FAULT] > 0 && denials.last[AUDIT_FAULT].argument[1] == ACTION_RESTART,
	      "%lu faults of the guest are on record, the last one of kind %lu", denials.event[AUDIT_FAULT],
	      denials.last[AUDIT_FAULT].argument[0]);
	judge(stats_get()->subject[info_subject("pawn")->partner].denials > 0, "the layer's refusals are counted: %lu",
	      stats_get()->subject[info_subject("pawn")->partner].denials);
	victim_check(&victim_channel, info_option_number("frame", 0), info_option_number("slack", 2000));
	judge_end();
	return 0;
}
