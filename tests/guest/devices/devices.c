/* SPDX-License-Identifier: ISC */
#include "tests/guest/devices/devices.h"

enum { END = 0x04 }; /* of transmission: test-modes has seen all */

void pc_main(void)
{
	interrupts_open();
	route_pci();
	test_board();
	test_ide();
	test_virtio();
	test_cards();
	put(END);
}
