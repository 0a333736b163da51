/* SPDX-License-Identifier: ISC */
#include "arch/x86_64/intel/check.h"
#include <stdbool.h>
#include "abi/frame.h"

/*
 * A table of fields in the manual's order, each with the check of its value; what a check needs besides is read once.
 * With unrestricted guest, so without the checks of selectors' privilege that it lifts. What the core itself writes
 * with one value (activity, link pointer, DEBUGCTL) is here too: it costs a line.
 */
struct entry {
	vmcs_reader *read;
	uint64_t cr0, cr4, rflags, efer, event, code_rights, stack_rights;
	bool long_mode; /* the entry control */
};
#define CR0_NE_BIT (1u << 5)
#define CR0_PE_BIT 1u
#define CR0_PG_BIT (1u << 31)
#define CR4_PAE_BIT (1u << 5)
#define CR4_VMXE_BIT (1u << 13)
#define CR4_PCIDE_BIT (1u << 17)
#define EFER_LME_BIT (1u << 8)
#define EFER_LMA_BIT (1u << 10)
#define RFLAGS_VM_BIT (1u << 17)
#define RFLAGS_IF_BIT (1u << 9)
#define RFLAGS_TF_BIT (1u << 8)
#define EVENT_IS(event, type) ((event) >> 31 & 1 && ((event) >> 8 & 7) == (type))
enum { REGISTER_CS = 1, REGISTER_SS = 2, REGISTER_LDTR = 6, REGISTER_TR = 7 };
#define FIELD(base, index) ((enum vmcs_field)((base) + 2 * (index)))

static bool is_canonical(uint64_t address)
{
	return (uint64_t)((int64_t)(address << 16) >> 16) == address;
}

static bool good_address(const struct entry *e, enum vmcs_field field, uint64_t value)
{
	(void)e, (void)field;
	return is_canonical(value);
}

static bool good_half(const struct entry *e, enum vmcs_field field, uint64_t value)
{
	(void)e, (void)field;
	return !(value >> 32);
}

static bool good_cr0(const struct entry *e, enum vmcs_field field, uint64_t value)
{
	(void)e, (void)field;
	return !(value >> 32) && value & CR0_NE_BIT && (!(value & CR0_PG_BIT) || value & CR0_PE_BIT);
}

static bool good_cr3(const struct entry *e, enum vmcs_field field, uint64_t value)
{
	(void)e, (void)field;
	return !(value >> 52);
}

static bool good_cr4(const struct entry *e, enum vmcs_field field, uint64_t value)
{
	(void)field;
	return value & CR4_VMXE_BIT &&
	       (e->long_mode ? e->cr0 & CR0_PG_BIT && value & CR4_PAE_BIT : !(value & CR4_PCIDE_BIT));
}

static bool good_zero(const struct entry *e, enum vmcs_field field, uint64_t value)
{
	(void)e, (void)field;
	return !value;
}

static bool good_activity(const struct entry *e, enum vmcs_field field, uint64_t value)
{
	(void)field;
	return !value || (value == 1 && !(e->read(VMCS_SHADOW) & (SHADOW_STI | SHADOW_MOV_SS)));
}

static bool good_ones(const struct entry *e, enum vmcs_field field, uint64_t value)
{
	(void)e, (void)field;
	return !~value;
}

static bool good_efer(const struct entry *e, enum vmcs_field field, uint64_t value)
{
	bool active = value & EFER_LMA_BIT, enabled = value & EFER_LME_BIT;

	(void)field;
	return !(value & ~UINT64_C(0xd01)) && active == e->long_mode && (!(e->cr0 & CR0_PG_BIT) || active == enabled);
}

static bool good_pat(const struct entry *e, enum vmcs_field field, uint64_t value)
{
	(void)e, (void)field;
	for (unsigned i = 0; i < 8; i++, value >>= 8)
		if ((value & 0xff) > 7 || (value & 0xfe) == 2)
			return false;
	return true;
}

static bool is_unusable(const struct entry *e, unsigned index)
{
	return e->read(FIELD(VMCS_GUEST_RIGHTS, index)) & RIGHTS_UNUSABLE;
}

static bool good_selector(const struct entry *e, enum vmcs_field field, uint64_t value)
{
	unsigned index = (field - VMCS_GUEST_SELECTOR) / 2;

	return is_unusable(e, index) || !(value & 4); /* TI */
}

static bool good_base(const struct entry *e, enum vmcs_field field, uint64_t value)
{
	unsigned index = (field - VMCS_GUEST_BASE) / 2;

	if (e->rflags & RFLAGS_VM_BIT && index < REGISTER_LDTR)
		return value == e->read(FIELD(VMCS_GUEST_SELECTOR, index)) << 4;
	if (index == FRAME_FS || index == FRAME_GS || index >= REGISTER_LDTR)
		return is_canonical(value) || (index == REGISTER_LDTR && is_unusable(e, index));
	return !(value >> 32) || (index != REGISTER_CS && is_unusable(e, index));
}

/* Present, reserved bits, and a granularity that fits the limit. */
static bool good_shape(const struct entry *e, unsigned index, uint64_t rights)
{
	uint64_t limit = e->read(FIELD(VMCS_GUEST_LIMIT, index));
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

static bool good_rights(const struct entry *e, enum vmcs_field field, uint64_t rights)
{
	unsigned index = (field - VMCS_GUEST_RIGHTS) / 2, type = rights & 15, level = rights >> 5 & 3;
	bool user = rights >> 4 & 1;

	if (e->rflags & RFLAGS_VM_BIT && index < REGISTER_LDTR)
		return rights == 0xf3;
	if (index == REGISTER_SS && level && (!(e->cr0 & CR0_PE_BIT) || (e->code_rights & 15) == 3))
		return false;
	if (rights & RIGHTS_UNUSABLE)
		return index != REGISTER_CS && index != REGISTER_TR;
	if (!good_shape(e, index, rights) || user != (index < REGISTER_LDTR))
		return false;
	switch (index) {
	case REGISTER_CS:
		return good_code(e, rights);
	case REGISTER_SS:
		return type == 3 || type == 7;
	case REGISTER_LDTR:
		return type == 2;
	case REGISTER_TR:
		return type == 11 || (type == 3 && !e->long_mode);
	default:
		return type & 1 && (!(type & 8) || type & 2);
	}
}

static bool good_rip(const struct entry *e, enum vmcs_field field, uint64_t value)
{
	(void)field;
	return e->long_mode && e->code_rights >> 13 & 1 ? is_canonical(value) : !(value >> 32);
}

static bool good_rflags(const struct entry *e, enum vmcs_field field, uint64_t value)
{
	(void)field;
	if (value >> 22 || value & 0x8028 || !(value & 2))
		return false;
	if (value & RFLAGS_VM_BIT && (e->long_mode || !(e->cr0 & CR0_PE_BIT)))
		return false;
	return !EVENT_IS(e->event, 0) || value & RFLAGS_IF_BIT;
}

static bool good_shadow(const struct entry *e, enum vmcs_field field, uint64_t value)
{
	uint64_t both = SHADOW_STI | SHADOW_MOV_SS;

	(void)field;
	if (value & ~(both | SHADOW_NMI) || (value & both) == both ||
	    (value & SHADOW_STI && !(e->rflags & RFLAGS_IF_BIT)))
		return false;
	if (EVENT_IS(e->event, 0) && value & both)
		return false;
	return !EVENT_IS(e->event, 2) || !(value & (both | SHADOW_NMI));
}

/* A single step that the shadow holds back must be pending, and only then. */
static bool good_pending(const struct entry *e, enum vmcs_field field, uint64_t value)
{
	bool held = e->read(VMCS_SHADOW) & (SHADOW_STI | SHADOW_MOV_SS);

	(void)field;
	return !(value & ~UINT64_C(0x500f)) && (!held || (value >> 14 & 1) == (e->rflags >> 8 & 1));
}

#define SEGMENTS(base, good)                                                                            \
	{FIELD(base, 0), good}, {FIELD(base, 1), good}, {FIELD(base, 2), good}, {FIELD(base, 3), good}, \
	        {FIELD(base, 4), good}, {FIELD(base, 5), good}, {FIELD(base, 6), good},                 \
	{                                                                                               \
		FIELD(base, 7), good                                                                    \
	}
static const struct {
	uint16_t field;
	bool (*good)(const struct entry *e, enum vmcs_field field, uint64_t value);
} __attribute__((packed)) checks[] = {
        {VMCS_cr0, good_cr0},
        {VMCS_cr4, good_cr4},
        {VMCS_DEBUGCTL, good_zero},
        {VMCS_cr3, good_cr3},
        {VMCS_dr7, good_half},
        {VMCS_SYSENTER_ESP, good_address},
        {VMCS_SYSENTER_EIP, good_address},
        {VMCS_pat, good_pat},
        {VMCS_efer, good_efer},
        {FIELD(VMCS_GUEST_SELECTOR, REGISTER_TR), good_selector},
        {FIELD(VMCS_GUEST_SELECTOR, REGISTER_LDTR), good_selector},
        SEGMENTS(VMCS_GUEST_BASE, good_base),
        SEGMENTS(VMCS_GUEST_RIGHTS, good_rights),
        {VMCS_GDTR_BASE, good_address},
        {VMCS_IDTR_BASE, good_address},
        {VMCS_rip, good_rip},
        {VMCS_rflags, good_rflags},
        {VMCS_ACTIVITY, good_activity},
        {VMCS_SHADOW, good_shadow},
        {VMCS_PENDING_DEBUG, good_pending},
        {VMCS_LINK_POINTER, good_ones},
};

uint32_t check_guest(vmcs_reader *read)
{
	const struct entry e = {
	        .read = read,
	        .cr0 = read(VMCS_cr0),
	        .cr4 = read(VMCS_cr4),
	        .rflags = read(VMCS_rflags),
	        .efer = read(VMCS_efer),
	        .event = read(VMCS_ENTRY_EVENT),
	        .code_rights = read(FIELD(VMCS_GUEST_RIGHTS, REGISTER_CS)),
	        .stack_rights = read(VMCS_SS_RIGHTS),
	        .long_mode = read(VMCS_ENTRY) & ENTRY_IA32E,
	};

	for (unsigned i = 0; i < sizeof(checks) / sizeof(*checks); i++)
		if (!checks[i].good(&e, checks[i].field, read(checks[i].field)))
			return checks[i].field;
	return 0;
}
