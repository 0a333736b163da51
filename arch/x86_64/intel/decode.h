/* SPDX-License-Identifier: ISC */
#ifndef ARCH_X86_64_INTEL_DECODE_H
#define ARCH_X86_64_INTEL_DECODE_H

#include <stdbool.h>
#include <stdint.h>
#include "abi/frame.h"
#include "arch/x86_64/intel/vmcs.h"

/* Pure: exit qualifications and access rights in the words of abi/frame.h. */

/* An entry that failed, SDM 3C 26.8: not the guest's state is wrong but the machine. */
static inline bool decode_machine_check(uint32_t reason)
{
	return (reason & 0xffff) == REASON_MACHINE_CHECK;
}
/* Ports, SDM 3C table 27-5: size - 1 in 0..2, IN 3, string 4, REP 5 (the order of FRAME_IO_*), port in 16..31 */
static inline uint64_t decode_port(uint64_t qualification)
{
	return qualification >> 16 | ((qualification & 7) + 1) << 16 | (qualification >> 3 & 7) << 24;
}
/* EPT violations, table 27-7: read, write, fetch in 0..2, what the page allows in 3..5, there is a linear address 7, and
 * the access is to its translation, not to a table on the way, 8 */
static inline uint64_t decode_memory(uint64_t qualification)
{
	return (qualification & 0x38 ? FRAME_MEMORY_PRESENT : 0) | (qualification & 2) | (qualification & 4) << 2 |
	       ((qualification & 0x180) == 0x80 ? FRAME_MEMORY_WALK : 0);
}
/* Access rights, table 24-2: the frame's attributes with a gap of four bits, and a bit for what the frame calls 0. */
static inline uint16_t decode_rights(uint64_t rights)
{
	return rights & RIGHTS_UNUSABLE ? 0 : (uint16_t)((rights & 0xff) | (rights >> 4 & 0xf00));
}
/* What VM entry refuses although other processors do not mind is put right: a segment in use has been accessed, and its
 * granularity is what its limit needs. */
static inline uint64_t encode_rights(uint16_t attributes, uint32_t limit)
{
	uint64_t rights = (attributes & 0xffu) | (attributes & 0xf00u) << 4;

	if (!(rights & 0x80))
		return (rights & 0x60) | RIGHTS_UNUSABLE;
	if (rights & 0x10)
		rights |= 1;
	if (limit >> 20)
		rights |= 0x8000;
	else if ((limit & 0xfff) != 0xfff)
		rights &= ~UINT64_C(0x8000);
	return rights;
}
/* check.c: the checks of the guest's state at VM entry (SDM 3C 26.3.1) in software, to name the field that the hardware has
 * refused without a word. `read` gives a field of the VMCS. Returns the first field that is wrong, 0 = none is. */
typedef uint64_t vmcs_reader(enum vmcs_field field);
uint32_t check_guest(vmcs_reader *read);

#endif
