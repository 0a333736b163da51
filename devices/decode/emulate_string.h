/* SPDX-License-Identifier: ISC */
#ifndef DEVICES_DECODE_EMULATE_STRING_H
#define DEVICES_DECODE_EMULATE_STRING_H

#include "devices/decode/emulate.h"

/*
 * MOVS, CMPS, STOS, LODS, SCAS with and without a repeat prefix, at most EMULATE_REPEATS rounds. RSI, RDI and RCX are
 * brought up to date after each round, so that a fault in the middle leaves what is done. *again: there is more to do.
 */
enum emulate_answer emulate_string(struct exit_frame *frame, const struct instruction *instruction,
                                   const struct emulate_memory *memory, uint64_t *flags, bool *again);

/* For string I/O as well: an index or count register moved by `by`, in the address size of the instruction. */
void emulate_string_move(struct exit_frame *frame, const struct instruction *instruction, unsigned number, uint64_t by);

#endif
