/* SPDX-License-Identifier: ISC */
#include "sdk/hypercall.h"

static const char *const names[] = {
        [OK] = "done",
        [ERR_NUMBER] = "no such call",
        [ERR_RIGHT] = "not permitted by the system description",
        [ERR_INDEX] = "no such object",
        [ERR_ARGUMENT] = "argument out of range",
        [ERR_STATE] = "not possible in the present state",
        [ERR_BUSY] = "an earlier request has not finished",
        [ERR_BUDGET] = "budget used up until the next frame",
        [ERR_FULL] = "full",
        [ERR_EMPTY] = "empty",
        [ERR_RANGE] = "address out of range",
        [ERR_FEATURE] = "the machine lacks it",
        [ERR_MEMORY] = "not enough memory",
        [ERR_CORRUPT] = "corrupt",
        [ERR_VERSION] = "another version of the interface",
};

const char *hypercall_status(enum status status)
{
	return (unsigned)status < sizeof(names) / sizeof(names[0]) ? names[status] : "unknown error";
}
