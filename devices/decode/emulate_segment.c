/* SPDX-License-Identifier: ISC */
/*
 * MOV to a segment register (APM 3, MOV; APM 2 4.8 and 4.10): in real and virtual-8086 mode a base, otherwise a descriptor,
 * whose checks come in the order of the manual. The Accessed bit is set as page tables get theirs: if its byte still is
 * what was checked.
 *
 * A null selector clears base, limit and rights also of FS and GS in 64-bit mode, as VT-x does; some AMD processors keep
 * the base.
 */
#include "devices/decode/emulate_work.h"

enum { VECTOR_NP = 11, VECTOR_SS = 12, VECTOR_GP = 13 };
enum { CR0_PE = 1, RFLAGS_VM = 1 << 17, SELECTOR_TABLE = 4, SELECTOR_RPL = 3, DESCRIPTOR = 8, PAGE = 4096 };
/* of frame_segment.attributes */
enum { ACCESSED = 1, WRITABLE = 2, READABLE = 2, CONFORMING = 4, CODE = 8, NO_SYSTEM = 0x10, PRESENT = 0x80 };
enum { GRANULAR = 0x800, RIGHTS_AT = 40 };

static enum emulate_answer fault(struct work *work, unsigned vector, uint16_t selector)
{
	work->frame->inject = FRAME_INJECT_EXCEPTION(vector) | FRAME_INJECT_ERROR(selector & ~SELECTOR_RPL);
	return EMULATE_FAULT;
}

static struct frame_segment unpack(uint16_t selector, uint64_t descriptor)
{
	struct frame_segment s = {.selector = selector};
	s.attributes = (uint16_t)((descriptor >> RIGHTS_AT & 0xff) | (descriptor >> 52 & 0xf) << 8);
	s.base = (descriptor >> 16 & 0xffffff) | (descriptor >> 56) << 24;
	s.limit = (uint32_t)((descriptor & 0xffff) | (descriptor >> 48 & 0xf) << 16);
	if (s.attributes & GRANULAR)
		s.limit = s.limit << 12 | (PAGE - 1);
	return s;
}

/* What the descriptor must be; 0: it is, else the vector. */
static unsigned check(const struct exit_frame *frame, unsigned number, const struct frame_segment *s)
{
	unsigned rpl = s->selector & SELECTOR_RPL, dpl = s->attributes >> 5 & 3, rights = s->attributes;
	if (!(rights & NO_SYSTEM))
		return VECTOR_GP;
	if (number == FRAME_SS) {
		if ((rights & CODE) || !(rights & WRITABLE) || rpl != frame->cpl || dpl != frame->cpl)
			return VECTOR_GP;
		return rights & PRESENT ? 0 : VECTOR_SS;
	}
	if ((rights & CODE) && !(rights & READABLE))
		return VECTOR_GP;
	bool conforming = (rights & CODE) && (rights & CONFORMING);
	if (!conforming && (rpl > dpl || frame->cpl > dpl))
		return VECTOR_GP;
	return rights & PRESENT ? 0 : VECTOR_NP;
}

static enum emulate_answer load_null(struct work *work, uint16_t selector)
{
	struct exit_frame *frame = work->frame;
	bool stack = work->in->reg == FRAME_SS;
	if (stack && (work->mode != DECODE_64 || frame->cpl == 3 || (selector & SELECTOR_RPL) != frame->cpl))
		return fault(work, VECTOR_GP, 0);
	frame->segment[work->in->reg] = (struct frame_segment){.selector = selector};
	if (stack)
		frame->segment[FRAME_SS].attributes = (uint16_t)(frame->cpl << 5);
	return EMULATE_OK;
}

static enum emulate_answer load_descriptor(struct work *work, uint16_t selector)
{
	struct exit_frame *frame = work->frame;
	const struct emulate_memory *memory = work->memory;
	const struct frame_segment *table = &frame->segment[selector & SELECTOR_TABLE ? FRAME_LDTR : FRAME_GDTR];
	unsigned offset = selector & ~7u;
	if (((selector & SELECTOR_TABLE) && !(table->attributes & PRESENT)) || offset + DESCRIPTOR - 1 > table->limit)
		return fault(work, VECTOR_GP, selector);
	uint64_t descriptor, at = table->base + offset;
	enum emulate_answer answer = memory->read(memory->owner, at, DESCRIPTOR, EMULATE_SYSTEM, &descriptor);
	if (answer != EMULATE_OK)
		return answer;
	struct frame_segment s = unpack(selector, descriptor);
	unsigned vector = check(frame, work->in->reg, &s);
	if (vector)
		return fault(work, vector, selector);
	if (!(s.attributes & ACCESSED)) {
		uint64_t rights = s.attributes & 0xff, accessed = rights | ACCESSED;
		answer = memory->exchange(memory->owner, at + RIGHTS_AT / 8, 1, EMULATE_SYSTEM, &rights, &accessed);
		s.attributes |= ACCESSED;
	}
	if (answer == EMULATE_OK)
		frame->segment[work->in->reg] = s;
	return answer;
}

enum emulate_answer emulate_segment(struct work *work)
{
	struct exit_frame *frame = work->frame;
	uint64_t selector;
	enum emulate_answer answer = work_read_rm(work, 2, false, &selector);
	if (answer != EMULATE_OK)
		return answer;
	if (!(frame->cr0 & CR0_PE) || (frame->rflags & RFLAGS_VM)) {
		struct frame_segment *segment = &frame->segment[work->in->reg]; /* limit and rights stay */
		segment->selector = (uint16_t)selector;
		segment->base = selector << 4;
		return EMULATE_OK;
	}
	if ((selector & ~(uint64_t)SELECTOR_RPL) == 0)
		return load_null(work, (uint16_t)selector);
	return load_descriptor(work, (uint16_t)selector);
}
