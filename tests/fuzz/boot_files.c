/* SPDX-License-Identifier: ISC */
/* Any kernel file for each loader: loaded inside guest memory, or a message. */
#include <string.h>
#include "devices/boot.h"
#include "tests/fuzz/device_script.h"

#define LOW 0x400000u
static uint8_t ram[LOW];

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct {
		const char *(*load)(const struct guest_memory *, const struct boot_files *, struct exit_frame *);
	} loader[] = {{boot_linux}, {boot_multiboot}, {boot_pvh}, {boot_multiboot2}};
	struct boot_module module[2] = {{data, size, "one"}, {data, size / 2, ""}};
	struct guest_memory memory = {0};
	struct exit_frame entry;
	if (size < 2)
		return 0;
	struct boot_files files = {.kernel = data + 2,
	                           .kernel_bytes = size - 2,
	                           .initrd = data,
	                           .initrd_bytes = data[1] & 1 ? size : 0,
	                           .options = "console=ttyS0",
	                           .module = module,
	                           .module_count = data[1] >> 1 & 1 ? 2 : 0};
	guest_memory_add(&memory, 0, LOW, ram);
	const char *wrong = loader[data[0] % 4].load(&memory, &files, &entry);
	if (wrong)
		MUST(strlen(wrong) < 200);
	else
		MUST(entry.valid == FRAME_HAS_ALL && entry.cr0 == 0x11 && entry.rip <= UINT32_MAX);
	return 0;
}
