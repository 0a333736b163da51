/* SPDX-License-Identifier: ISC */
#include "sdk/memory.h"

/* Linked unless the application has its own MEMORY_TABLES. */
MEMORY_TABLES(1);
