/* SPDX-License-Identifier: ISC */
#ifndef ABI_STATUS_H
#define ABI_STATUS_H

/* The answer of every call that can be refused: hypercalls (in RAX), library functions, checks. 0 is success. */
enum status {
	OK = 0,
	ERR_NUMBER = 1,   /* no such call */
	ERR_RIGHT = 2,    /* the description does not grant this to the caller; audited */
	ERR_INDEX = 3,    /* an index beyond the caller's own table; audited */
	ERR_ARGUMENT = 4, /* a value outside its stated range */
	ERR_STATE = 5,    /* not possible in the present state (e.g. load into a running subject) */
	ERR_BUSY = 6,     /* an earlier request of the same kind has not finished */
	ERR_BUDGET = 7,   /* the caller's budget for this call is used up until its next frame */
	ERR_FULL = 8,
	ERR_EMPTY = 9,
	ERR_RANGE = 10,   /* address or length outside its container */
	ERR_FEATURE = 11, /* the machine lacks something that the description needs */
	ERR_MEMORY = 12,  /* the machine has too little memory, or a pinned range is not free */
	ERR_CORRUPT = 13, /* bytes are not what their checksum or format says */
	ERR_VERSION = 14, /* another version of the ABI */
};

#endif
