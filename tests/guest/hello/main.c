/* SPDX-License-Identifier: ISC */
/* An application starts with zeroed memory, its own name, a running clock and a CPU of its host's vendor, and prints on
 * the port it was given. */
#include "tests/guest/common/judge.h"
#include "lib/text.h"
#include "sdk/sdk.h"

static uint8_t zeroed[8192];

/* EBX of CPUID 0: the first four letters of AuthenticAMD or GenuineIntel */
static uint32_t vendor_letters(void)
{
	uint32_t eax = 0, ebx, ecx = 0, edx;

	__asm__ volatile("cpuid" : "+a"(eax), "=b"(ebx), "+c"(ecx), "=d"(edx));
	return ebx;
}

int main(void)
{
	uint64_t sum = 0, before = clock_tsc();

	for (unsigned i = 0; i < sizeof(zeroed); i++)
		sum += zeroed[i];
	judge(sum == 0, "memory begins as zeros");
	judge(text_equal(info_get()->name, "hello"), "the name is %s", info_get()->name);
	judge(info_get()->epoch == 0, "this is the first start");
	judge(vendor_letters() == (info_get()->cpu_vendor == VENDOR_AMD ? 0x68747541 : 0x756e6547),
	      "the CPU is of the vendor whose virtualization runs it");
	judge(port_granted(0x3f8, 8) && !port_granted(0x3f8, 9), "eight ports are granted");
	clock_sleep(CLOCK_MS);
	judge(clock_tsc() - before >= clock_tsc_from_ns(CLOCK_MS), "a sleep of 1 ms took at least that");
	judge_end();
	return 0;
}
