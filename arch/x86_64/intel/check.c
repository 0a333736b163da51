/* SPDX-License-Identifier: ISC */
#include "arch/x86_64/intel/decode.h"
#include <stdbool.h>
#include "abi/frame.h"
#include "arch/x86_64/insn.h"
#include "arch/x86_64/msr.h"

/*
 * A table of fields in the manual's order, each with the bits that must be 0 and the rest of its check; what a check needs
 * besides is read once. With unrestricted guest, so without the checks of selectors' privilege that it lifts. What the core
 * itself writes with one value (activity, DEBUGCTL) is here too: it costs a line.
 */
struct entry {
	vmcs_reader *read;
	uint64_t cr0, rflags, event, code_rights, stack_rights;
	unsigned index; /* which of ES to GS, LDTR, TR is looked at */
	bool long_mode; /* the entry control */
};
#define CR4_PAE_BIT (1u << 5)
#define CR4_PCIDE_BIT (1u << 17)
#define RFLAGS_VM_BIT (1u << 17)
#define EVENT_IS(event, type) ((event) >> 31 & 1 && ((event) >> 8 & 7) == (type))
enum { REGISTER_CS = 1, REGISTER_SS = 2, REGISTER_LDTR = 6, REGISTER_TR = 7 };
#define FIELD(base, index) ((enum vmcs_field)((base) + 2 * (index)))
#define HIGH (~UINT64_C(0) << 32)

static bool good_address(const struct entry *e, uint64_t address)
{
	(void)e;
	return (uint64_t)((int64_t)(address << 16) >> 16) == address;
}

static bool good_cr0(const struct entry *e, uint64_t value)
{
	(void)e;
	return value & CR0_NE && (!(value & CR0_PG) || value & CR0_PE);
}

static bool good_cr4(const struct entry *e, uint64_t value)
{
	return value & CR4_VMXE && (e->long_mode ? e->cr0 & CR0_PG && value & CR4_PAE_BIT : !(value & CR4_PCIDE_BIT));
}

static bool good_activity(const struct entry *e, uint64_t value)
{
	return !value || (value == 1 && !(e->read(VMCS_SHADOW) & (SHADOW_STI | SHADOW_MOV_SS)));
}

static bool good_efer(const struct entry *e, uint64_t value)
{
	bool active = value & EFER_LMA, enabled = value & EFER_LME;

	return active == e->long_mode && (!(e->cr0 & CR0_PG) || active == enabled);
}

static bool good_pat(const struct entry *e, uint64_t value)
{
	(void)e;
	return msr_pat_valid(value);
}

static bool is_unusable(const struct entry *e)
{
	return e->read(FIELD(VMCS_GUEST_RIGHTS, e->index)) & RIGHTS_UNUSABLE;
}

static bool good_selector(const struct entry *e, uint64_t value)
{
	return is_unusable(e) || !(value & 4); /* TI */
}

static bool good_base(const struct entry *e, uint64_t value)
{
	if (e->rflags & RFLAGS_VM_BIT && e->index < REGISTER_LDTR)
		return value == e->read(FIELD(VMCS_GUEST_SELECTOR, e->index)) << 4;
	if (e->index == FRAME_FS || e->index == FRAME_GS || e->index >= REGISTER_LDTR)
		return good_address(e, value) || (e->index == REGISTER_LDTR && is_unusable(e));
	return !(value & HIGH) || (e->index != REGISTER_CS && is_unusable(e));
}

/* Present, reserved bits, and a granularity that fits the limit. */
static bool good_shape(const struct entry *e, uint64_t rights)
{
	uint64_t limit = e->read(FIELD(VMCS_GUEST_LIMIT, e->index));
	bool pages = rights >> 15 & 1;

	return rights >> 7 & 1 && !(rights & 0xf00) && !(rights >> 17) &&
	       (pages ? (limit & 0xfff) == 0xfff : !(limit >> 20));
}

static bool good_code(const struct entry *e, uint64_t rights)
{
	unsigned type = rights & 15, level = rights >> 5 & 3, stack = e->stack_rights >> 5 & 3;

	if (e->long_mode && rights >> 13 & 1 && rights >> 14 & 1)
		return false;
	return type == 3                 ? level == 0
	       : type == 9 || type == 11 ? level == stack
	                                 : type >= 13 && type & 1 && level <= stack;
}

static bool good_rights(const struct entry *e, uint64_t rights)
{
	/* a bit for each type: readable and accessed; of SS writable too; LDT; busy TSS of 64 and 32 or of 16 bits */
	static const uint16_t types[] = {0x88aa, 0,      1u << 3 | 1u << 7, 0x88aa,
	                                 0x88aa, 0x88aa, 1u << 2,           1u << 3 | 1u << 11};
	unsigned type = rights & 15, level = rights >> 5 & 3;
	bool user = rights >> 4 & 1;

	if (e->rflags & RFLAGS_VM_BIT && e->index < REGISTER_LDTR)
		return rights == 0xf3;
	if (e->index == REGISTER_SS && level && (!(e->cr0 & CR0_PE) || (e->code_rights & 15) == 3))
		return false;
	if (rights & RIGHTS_UNUSABLE)
		return e->index != REGISTER_CS && e->index != REGISTER_TR;
	if (!good_shape(e, rights) || user != (e->index < REGISTER_LDTR))
		return false;
	if (e->index == REGISTER_CS)
		return good_code(e, rights);
	return types[e->index] >> type & 1 && !(e->index == REGISTER_TR && type == 3 && e->long_mode);
}

static bool good_rip(const struct entry *e, uint64_t value)
{
	return e->long_mode && e->code_rights >> 13 & 1 ? good_address(e, value) : !(value & HIGH);
}

static bool good_rflags(const struct entry *e, uint64_t value)
{
	if (!(value & 2) || (value & RFLAGS_VM_BIT && (e->long_mode || !(e->cr0 & CR0_PE))))
		return false;
	return !EVENT_IS(e->event, 0) || value & RFLAGS_IF;
}

static bool good_shadow(const struct entry *e, uint64_t value)
{
	uint64_t both = SHADOW_STI | SHADOW_MOV_SS;

	if ((value & both) == both || (value & SHADOW_STI && !(e->rflags & RFLAGS_IF)) ||
	    (EVENT_IS(e->event, 0) && value & both))
		return false;
	return !EVENT_IS(e->event, 2) || !value;
}

/* A single step that the shadow holds back must be pending, and only then. */
static bool good_pending(const struct entry *e, uint64_t value)
{
	bool held = e->read(VMCS_SHADOW) & (SHADOW_STI | SHADOW_MOV_SS);

	return !held || (value >> 14 & 1) == (e->rflags >> 8 & 1);
}

static const struct {
	uint16_t field;
	uint8_t first, count; /* of segment registers */
	uint64_t zero;
	bool (*good)(const struct entry *e, uint64_t value);
} checks[] = {
        {VMCS_cr0, 0, 1, HIGH, good_cr0},
        {VMCS_cr4, 0, 1, 0, good_cr4},
        {VMCS_DEBUGCTL, 0, 1, ~UINT64_C(0), 0},
        {VMCS_cr3, 0, 1, ~UINT64_C(0) << 52, 0},
        {VMCS_dr7, 0, 1, HIGH, 0},
        {VMCS_SYSENTER_ESP, 0, 1, 0, good_address},
        {VMCS_SYSENTER_EIP, 0, 1, 0, good_address},
        {VMCS_pat, 0, 1, 0, good_pat},
        {VMCS_efer, 0, 1, ~UINT64_C(0xd01), good_efer},
        {FIELD(VMCS_GUEST_SELECTOR, REGISTER_LDTR), REGISTER_LDTR, 2, 0, good_selector},
        {VMCS_GUEST_BASE, 0, 8, 0, good_base},
        {VMCS_GUEST_RIGHTS, 0, 8, 0, good_rights},
        {FIELD(VMCS_GUEST_BASE, 8), 0, 2, 0, good_address}, /* GDTR, IDTR */
        {VMCS_rip, 0, 1, 0, good_rip},
        {VMCS_rflags, 0, 1, ~UINT64_C(0x3f7fd7), good_rflags},
        {VMCS_ACTIVITY, 0, 1, 0, good_activity},
        {VMCS_SHADOW, 0, 1, ~UINT64_C(11), good_shadow},
        {VMCS_PENDING_DEBUG, 0, 1, ~UINT64_C(0x500f), good_pending},
};

uint32_t check_guest(vmcs_reader *read)
{
	struct entry e = {
	        .read = read,
	        .cr0 = read(VMCS_cr0),
	        .rflags = read(VMCS_rflags),
	        .event = read(VMCS_ENTRY_EVENT),
	        .code_rights = read(FIELD(VMCS_GUEST_RIGHTS, REGISTER_CS)),
	        .stack_rights = read(VMCS_SS_RIGHTS),
	        .long_mode = read(VMCS_ENTRY) & ENTRY_IA32E,
	};

	for (unsigned i = 0; i < sizeof(checks) / sizeof(*checks); i++)
		for (unsigned n = 0; n < checks[i].count; n++) {
			const enum vmcs_field field = FIELD(checks[i].field, n);
			const uint64_t value = read(field);
			e.index = checks[i].first + n;
			if (value & checks[i].zero || (checks[i].good && !checks[i].good(&e, value)))
				return field;
		}
	return 0;
}
