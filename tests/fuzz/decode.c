/* SPDX-License-Identifier: ISC */
/* Any bytes in any mode: decoded as at most 15 bytes or refused; then executed on any registers with memory that answers,
   faults or has changed. rip moves only with success, and registers other than those of strings only then. */
#include <string.h>
#include "devices/decode/emulate.h"
#include "tests/fuzz/device_script.h"

static enum emulate_answer answer_of(struct script *script)
{
	uint32_t choice = take(script, 1);
	return choice < 0xe0 ? EMULATE_OK : choice < 0xf0 ? EMULATE_FAULT : EMULATE_AGAIN;
}

static enum emulate_answer read_any(void *owner, uint64_t linear, unsigned size, unsigned how, uint64_t *value)
{
	(void)linear;
	(void)how;
	MUST(size == 1 || size == 2 || size == 4 || size == 8);
	*value = take(owner, 4) & ~UINT64_C(0) >> (64 - 8 * size);
	return answer_of(owner);
}

static enum emulate_answer write_any(void *owner, uint64_t linear, unsigned size, uint64_t value)
{
	(void)linear;
	MUST(size == 1 || size == 2 || size == 4 || size == 8);
	MUST(size == 8 || value >> 8 * size == 0);
	return answer_of(owner);
}

static enum emulate_answer exchange_any(void *owner, uint64_t linear, unsigned size, unsigned how,
                                        const uint64_t *expected, const uint64_t *value)
{
	(void)how;
	MUST(size == 16 ? linear % 16 == 0 : size == 8 || (*expected | *value) >> 8 * size == 0);
	return size == 16 ? answer_of(owner) : write_any(owner, linear, size, *value);
}

static void make_mode(struct exit_frame *frame, uint32_t choice)
{
	static const uint16_t attributes[] = {0x9b, 0xc9b, 0xa9b};
	frame->cr0 = choice % 3 == DECODE_64 ? UINT64_C(0x80000001) : 1;
	frame->efer = choice % 3 == DECODE_64 ? 0x500 : 0;
	frame->segment[FRAME_CS].attributes = attributes[choice % 3];
	frame->cpl = choice >> 3 & 3;
	frame->segment[FRAME_LDTR].attributes = choice & 0x40 ? 0x82 : 0;
	for (unsigned i = 0; i < FRAME_SEGMENTS; i++)
		frame->segment[i].limit = choice & 0x80 ? 0xffff : 0xffffffff;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct script script = {data, data + size};
	struct exit_frame frame = {.rip = 0x1000, .rflags = 2 | take(&script, 2)}, before;
	struct emulate_memory memory = {&script, read_any, write_any, exchange_any};
	struct instruction in;
	make_mode(&frame, take(&script, 1));
	for (unsigned i = 0; i < 16; i++)
		frame.gpr[i] = (uint64_t)(int32_t)take(&script, 1 + i % 4);
	uint8_t bytes[20];
	unsigned count = 0;
	while (count < sizeof bytes && more(&script))
		bytes[count++] = (uint8_t)take(&script, 1);
	uint8_t *exact = malloc(count + 1);
	memcpy(exact, bytes, count);
	enum decode_answer decoded = decode(exact, count, emulate_mode(&frame), &in);
	free(exact);
	if (decoded != DECODE_OK)
		return 0;
	MUST(in.length >= 1 && in.length <= INSTRUCTION_BYTES && in.length <= count);
	MUST(in.reg < 16 && in.rm < 16 && in.base < 16 && in.index < 16 && in.scale < 4 && in.segment <= FRAME_GS);
	script = (struct script){data, data + size};
	before = frame;
	enum emulate_answer answer = emulate(&frame, &in, &memory);
	bool string = in.operation >= OP_MOVS && in.operation <= OP_SCAS;
	if (answer != EMULATE_OK || in.operation != OP_MOV_SEGMENT)
		MUST(memcmp(frame.segment, before.segment, sizeof frame.segment) == 0);
	if (answer != EMULATE_OK) {
		MUST(frame.rip == before.rip && frame.rflags == before.rflags);
		MUST(string || memcmp(frame.gpr, before.gpr, sizeof frame.gpr) == 0);
	} else {
		bool jumps = in.operation == OP_CALL || in.operation == OP_JMP;
		MUST(jumps || frame.rip == before.rip + in.length || (string && frame.rip == before.rip));
	}
	return 0;
}
