/* SPDX-License-Identifier: ISC */
#ifndef ABI_FRAME_H
#define ABI_FRAME_H

#include <stdint.h>

/*
 * The exit frame: one 4 KiB page per guest vCPU, shared read-write by the core and the virtualization layer.
 * The core writes it at each handover; it reads it once, and only what RESUME_* flags name, when the layer resumes,
 * and sanitises what it reads. Everything here is untrusted to the core. Vendor-neutral: segment attributes are the
 * 12-bit form of APM 2 15.5.1 (bits 0..7 = descriptor bits 40..47, bits 8..11 = descriptor bits 52..55).
 */
struct frame_segment {
	uint16_t selector;
	uint16_t attributes; /* type 0-3, S 4, DPL 5-6, P 7, AVL 8, L 9, D/B 10, G 11; 0 = unusable */
	uint32_t limit;      /* in bytes, expanded */
	uint64_t base;
};

enum frame_register { /* the order of the instruction encoding */
	              FRAME_RAX,
	              FRAME_RCX,
	              FRAME_RDX,
	              FRAME_RBX,
	              FRAME_RSP,
	              FRAME_RBP,
	              FRAME_RSI,
	              FRAME_RDI,
	              FRAME_R8,
	              FRAME_R9,
	              FRAME_R10,
	              FRAME_R11,
	              FRAME_R12,
	              FRAME_R13,
	              FRAME_R14,
	              FRAME_R15,
};

enum frame_segment_index {
	FRAME_ES,
	FRAME_CS,
	FRAME_SS,
	FRAME_DS,
	FRAME_FS,
	FRAME_GS,
	FRAME_GDTR,
	FRAME_LDTR,
	FRAME_IDTR,
	FRAME_TR,
	FRAME_SEGMENTS
};

/* Which parts of the frame are valid (core to layer) or to be taken over (layer to core). */
#define FRAME_HAS_GPR 1u     /* gpr[], rip, rflags */
#define FRAME_HAS_CONTROL 2u /* cr0..cr4, efer, dr6, dr7, cpl, shadow */
#define FRAME_HAS_SEGMENTS 4u
#define FRAME_HAS_SYSTEM 8u /* star .. sysenter, kernel_gs_base, pat: only by vcpu_get / vcpu_set */
#define FRAME_HAS_ALL 15u

/* frame.info[] by reason
 * EXIT_IO:      [0] = port | size << 16 | flags << 24 (FRAME_IO_*); size 1, 2, 4. Only string forms fill the frame: a
 *               plain IN or OUT is handed over in registers alone (HC_VCPU_RUN), and the frame stays as it was
 * EXIT_MEMORY:  [0] = guest-physical address, [1] = FRAME_MEMORY_* bits
 * EXIT_MSR:     [0] = msr | write << 32, [1] = value written
 * EXIT_CONTROL: [0] = register: 0..15 = CRn, 16..31 = DRn, bit 8 = write
 * EXIT_EOI:     [0] = vector
 * EXIT_SHUTDOWN, EXIT_INSTRUCTION, EXIT_EXCEPTION: [0] = hardware code, [1] = error code
 */
#define FRAME_IO_IN 1u
#define FRAME_IO_STRING 2u
#define FRAME_IO_REP 4u
#define FRAME_IO_PORT(info) ((uint16_t)(info))
#define FRAME_IO_SIZE(info) ((unsigned)((info) >> 16) & 0xffu)
#define FRAME_IO_FLAGS(info) ((unsigned)((info) >> 24) & 0xffu)
#define FRAME_MEMORY_PRESENT 1u /* the page is mapped, the right is missing */
#define FRAME_MEMORY_WRITE 2u
#define FRAME_MEMORY_FETCH 16u
#define FRAME_MEMORY_WALK 32u /* the access was the guest's page walk itself */

/* inject: an exception or NMI for the next entry: vector 0..7, type 8..10 (2 NMI, 3 exception), error-code valid 11,
 * valid 31, error code 32..63 (the common form of APM 2 15.20 and SDM 3C 24.8.3). */
#define FRAME_INJECT_EXCEPTION(vector) (UINT64_C(1) << 31 | UINT64_C(3) << 8 | (vector))
#define FRAME_INJECT_ERROR(code) (UINT64_C(1) << 11 | (uint64_t)(code) << 32)

struct exit_frame {
	uint32_t reason; /* enum exit */
	uint32_t valid;  /* FRAME_HAS_* */
	uint64_t info[4];
	uint64_t inject;
	uint64_t rip;
	uint64_t next_rip; /* 0 where the hardware gives no length and the form has no fixed one */
	uint64_t rflags;
	uint64_t gpr[16];
	uint64_t cr0, cr2, cr3, cr4, efer, dr6, dr7;
	uint32_t cpl;
	uint32_t shadow; /* 1: in an interrupt shadow */
	struct frame_segment segment[FRAME_SEGMENTS];
	uint64_t star, lstar, cstar, sfmask, kernel_gs_base;
	uint64_t sysenter_cs, sysenter_esp, sysenter_eip, pat;
	uint8_t instruction_length; /* bytes fetched by the hardware (decode assist), 0 = none */
	uint8_t instruction[15];
};
_Static_assert(sizeof(struct exit_frame) <= 4096, "the exit frame is one page");
_Static_assert(sizeof(struct frame_segment) == 16, "the layout of a VMCB segment");

#endif
