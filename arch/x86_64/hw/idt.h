/* SPDX-License-Identifier: ISC */
#ifndef ARCH_X86_64_HW_IDT_H
#define ARCH_X86_64_HW_IDT_H

#define IST_NMI 1
#define IST_FATAL 2

/* Vectors of physical interrupts. Higher is more urgent. */
#define VECTOR_LINE 0x40 /* 24 of them: lines of machine_line_open() */
#define VECTOR_KICK 0xe0
#define VECTOR_TIMER 0xf0
#define VECTOR_SPURIOUS 0xff
#define VECTOR_LINES 24

#endif
