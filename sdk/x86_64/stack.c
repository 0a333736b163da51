/* SPDX-License-Identifier: ISC */
#include "sdk/start.h"

/* Linked unless the application has its own START_STACKS. */
START_STACKS(1, 16384);
