/* SPDX-License-Identifier: ISC */
#ifndef TESTS_GUEST_DEVICES_DEVICES_H
#define TESTS_GUEST_DEVICES_DEVICES_H

#include "tests/guest/pc/pc.h"

/*
 * A guest without an operating system that drives the devices of its virtual PC as their data sheets say, and tells by
 * lines on its first serial port how each did.
 */
enum { VECTOR_HPET = 0x50, VECTOR_DISK = 0x51 };

/* where the guest puts what */
enum { PORTS_IDE = 0x9000, PORTS_DISK = 0xc000, PORTS_NET = 0xc100, PORTS_RNG = 0xc200 };
#define MEMORY_CARD 0xd0000000u
#define MEMORY_DISK 0xd1000000u
#define MEMORY_RNG 0xd2000000u
enum { AT_CARD = DEVFN(4, 0), AT_NET = DEVFN(5, 0), AT_DISK = DEVFN(6, 0), AT_RNG = DEVFN(7, 0) }; /* system.xml */

/* board.c, ide.c, virtio.c, cards.c */
void test_board(void);
void test_ide(void);
void test_virtio(void);
void test_cards(void);

#endif
