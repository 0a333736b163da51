/* SPDX-License-Identifier: ISC */
#include "sdk/sdk.h"

int main(void)
{
	print("hello from %s, %lu us after power-on\n", info_get()->name, clock_ns() / CLOCK_US);
	return 0;
}
