/* SPDX-License-Identifier: ISC */
#include "tools/check.h"
void check(struct compiler *compiler)
{
	(void)compiler;
}
