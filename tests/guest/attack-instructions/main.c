/* SPDX-License-Identifier: ISC */
/*
 * A hostile application executes every privileged and sensitive instruction, from CPL 0 and from CPL 3. Each has one
 * defined end: it works inside the subject, or it is an exception; those that are the core's leave a record.
 */
#include "sdk/sdk.h"
#include "tests/guest/common/attack.h"
#include "tests/guest/common/trap.h"
#include "tests/guest/common/victim.h"

#define WORKS (UINT64_C(1) << 32) /* in the subject, on what is the subject's own */
#define V(vector) (UINT64_C(1) << (vector))
#define UD V(6)
#define GP V(13)
/* at CPL 0; MAYBE: on some processors the exception comes before the exit; SVM: on those without it there is no exit */
enum record { NONE, RECORD, MAYBE, SVM };

#define ATTACKS(X)                              \
	X(vmrun, UD, GP | UD, SVM)              \
	X(vmload, UD, GP | UD, SVM)             \
	X(vmsave, UD, GP | UD, SVM)             \
	X(stgi, UD, GP | UD, SVM)               \
	X(clgi, UD, GP | UD, SVM)               \
	X(skinit, UD, GP | UD, MAYBE)           \
	X(invlpga, UD, GP | UD, SVM)            \
	X(monitor, UD, GP | UD, MAYBE)          \
	X(mwait, UD, GP | UD, MAYBE)            \
	X(monitorx, UD, UD, MAYBE)              \
	X(mwaitx, UD, UD, MAYBE)                \
	X(rdpmc, UD | GP, GP | UD, MAYBE)       \
	X(rdpru, UD, UD, MAYBE)                 \
	X(icebp, UD | V(1), UD | V(1), MAYBE)   \
	X(read_cr8, GP, GP, RECORD)             \
	X(write_cr8, GP, GP, RECORD)            \
	X(xsetbv_zero, GP | UD, GP | UD, NONE)  \
	X(xsetbv_all, GP | UD, GP | UD, NONE)   \
	X(invd, WORKS, GP, NONE)                \
	X(wbinvd, WORKS, GP, NONE)              \
	X(cr0, WORKS, GP, NONE)                 \
	X(cr2, WORKS, GP, NONE)                 \
	X(cr3, WORKS, GP, NONE)                 \
	X(cr4, WORKS, GP, NONE)                 \
	X(clts, WORKS, GP, NONE)                \
	X(lmsw, WORKS, GP, NONE)                \
	X(dr0, WORKS, GP, NONE)                 \
	X(dr7_high, GP, GP, NONE)               \
	X(lgdt, WORKS, GP, NONE)                \
	X(lidt, WORKS, GP, NONE)                \
	X(lldt_zero, WORKS, GP, NONE)           \
	X(lldt_bad, GP, GP, NONE)               \
	X(ltr_bad, GP, GP, NONE)                \
	X(invlpg, WORKS, GP, NONE)              \
	X(invpcid, UD | GP, UD | GP, NONE)      \
	X(swapgs, WORKS, GP, NONE)              \
	X(wrfsbase, UD, UD, NONE)               \
	X(cli, WORKS, GP, NONE)                 \
	X(rsm, UD, UD, NONE)                    \
	X(foreign_call, UD, UD, NONE)           \
	X(vmxon, UD, UD, NONE)                  \
	X(vmclear, UD, UD, NONE)                \
	X(vmptrld, UD, UD, NONE)                \
	X(vmlaunch, UD, UD, NONE)               \
	X(vmread, UD, UD, NONE)                 \
	X(vmwrite, UD, UD, NONE)                \
	X(vmresume, UD, UD, NONE)               \
	X(vmptrst, UD, UD, NONE)                \
	X(vmxoff, UD, UD, NONE)                 \
	X(invept, UD, UD, NONE)                 \
	X(invvpid, UD, UD, NONE)                \
	X(vmfunc, UD, UD, NONE)                 \
	X(getsec, UD, UD, MAYBE)                \
	X(encls, UD, UD, NONE)                  \
	X(pconfig, UD, UD, NONE)                \
	X(xsaves, UD, UD, NONE)                 \
	X(sysret, UD, UD | GP, NONE)            \
	X(sysexit, UD | GP, UD | GP, NONE)      \
	X(syscall, UD, UD, NONE)                \
	X(sysenter, UD | GP, UD | GP, NONE)     \
	X(int3, V(3), GP, NONE)                 \
	X(int_20, GP | V(11), GP | V(11), NONE) \
	X(ud2, UD, UD, NONE)                    \
	X(in_port, GP, GP, RECORD)              \
	X(out_port, GP, GP, RECORD)             \
	X(rdmsr_svm, GP, GP, RECORD)            \
	X(wrmsr_svm, GP, GP, RECORD)            \
	X(wrmsr_hwcr, GP, GP, RECORD)           \
	X(nothing, WORKS, WORKS, NONE)          \
	X(far_bad, GP, GP, NONE)                \
	X(iret_bad, GP, GP, NONE)               \
	X(noncanonical, GP, GP, NONE)           \
	X(divide, V(0), V(0), NONE)

#define DECLARE(name, zero, user, record) void code_##name(void *page);
ATTACKS(DECLARE)
void code_user(void *pair);
#define ROW(name, zero, user, record) {code_##name, zero, user, record},
static const struct {
	trap_code *code;
	uint64_t zero, user; /* what may come of it at CPL 0 and CPL 3 */
	enum record record;
} attacks[] = {ATTACKS(ROW)};
#define NAME(name, zero, user, record) #name,
static const char *const names[] = {ATTACKS(NAME)};
#define COUNT (sizeof(attacks) / sizeof(*attacks))

static uint8_t page[4096] __attribute__((aligned(4096)));

static uint64_t as_bit(unsigned vector)
{
	return vector == TRAP_NONE ? WORKS : V(vector);
}

static void hostile(void)
{
	struct channel channel;
	uint64_t least = 0, most = 0, wrong = 0, first = COUNT, first_bit = 0;

	hostile_begin(&channel);
	for (unsigned i = 0; i < COUNT; i++) {
		struct {
			trap_code *code;
			void *argument;
		} pair = {attacks[i].code, page};
		uint64_t zero = as_bit(trap_call(attacks[i].code, page));
		uint64_t user = as_bit(trap_call_user(code_user, &pair));
		bool good = zero & attacks[i].zero && user & attacks[i].user;
		if (!good && !wrong++) {
			first = i;
			first_bit = zero & attacks[i].zero ? user : zero;
		}
		least += attacks[i].record == RECORD ||
		         (attacks[i].record == SVM && info_get()->cpu_vendor == VENDOR_AMD);
		most += attacks[i].record != NONE ? 2 : 0;
	}
	hostile_end(&channel, &(struct report){{least, most, wrong, first, first_bit}});
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
	judge(w[2] == 0, "%lu instructions, %lu wrong ends, the first: %s with %lx", COUNT, w[2],
	      w[3] < COUNT ? names[w[3]] : "none", w[4]);
	uint64_t counted = stats_get()->subject[attack.denials.subject].denials;
	judge(counted >= w[0] && counted <= w[1] + 1, "the core refused %lu, of at least %lu", counted, w[0]);
	judge(denials_count(&attack.denials) == counted && !attack.denials.suppressed, "each left a record: %lu",
	      denials_count(&attack.denials));
	judge(attack.denials.event[AUDIT_INSTRUCTION_DENIED] >= (info_get()->cpu_vendor == VENDOR_AMD ? 8 : 4),
	      "%lu of them name an instruction, the last one %lx", attack.denials.event[AUDIT_INSTRUCTION_DENIED],
	      attack.denials.last[AUDIT_INSTRUCTION_DENIED].argument[0]);
	attack_end(&attack, 200, 2000);
	return 0;
}
