/* SPDX-License-Identifier: ISC */
/* The 8259 pair under any program and any lines: an acknowledge always gives a vector of one of the chips. */
#include "devices/pic.h"
#include "tests/fuzz/device_script.h"

static void step(struct pic *pic, struct script *script, struct bus *bus)
{
	uint32_t what = take(script, 1);
	uint8_t vector;

	switch (what & 3) {
	case 0:
		pic_set(pic, what >> 2 & 31, what >> 7);
		break;
	case 1:
		vector = pic_acknowledge(pic);
		MUST((vector & 0xf8) == pic->chip[0].vector || (vector & 0xf8) == pic->chip[1].vector);
		break;
	case 2:
		port_access(script, bus, what & 4 ? 0x4d0 : 0x20);
		break;
	default:
		port_access(script, bus, what & 4 ? 0xa0 : 0x20);
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct bus bus;
	struct script script = {data, data + size};
	struct probe intr = {0};
	struct pic pic;

	bus.count = 0;
	pic_init(&pic, &(struct pin){probe_set, &intr, 0});
	MUST(!pic_attach(&pic, &bus));
	while (more(&script)) {
		step(&pic, &script, &bus);
		MUST(intr.level == pic_intr(&pic));
		MUST(pic.chip[0].lowest < 8 && pic.chip[1].lowest < 8);
	}
	return 0;
}
