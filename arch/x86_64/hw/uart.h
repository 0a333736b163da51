/* SPDX-License-Identifier: ISC */
#ifndef ARCH_X86_64_HW_UART_H
#define ARCH_X86_64_HW_UART_H

/* COM1, 115200 8N1, polled; silent if there is none. Used before the first subject starts and in a panic. */
void uart_init(void);
void uart_text(const char *text);

#endif
