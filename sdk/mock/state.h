/* SPDX-License-Identifier: ISC */
#ifndef SDK_MOCK_STATE_H
#define SDK_MOCK_STATE_H

#include "abi/config.h"
#include "abi/hypercall.h"
#include "sdk/mock/mock.h"

/* What the files of the mock share; tests use mock.h. */
#define MOCK_TABLE 16u
#define MOCK_EVENTS 64u
#define MOCK_FAR_EVENT 1000u /* outgoing event 1000 + n of a far end raises the application's bit n */
struct mock_page {
	struct info info;
	struct info_memory memory[MOCK_TABLE];
	struct info_channel channel[MOCK_TABLE];
	struct info_event event[MOCK_TABLE];
	struct info_line line[MOCK_TABLE];
	struct info_port port[MOCK_TABLE];
	struct info_subject subjects[MOCK_TABLE];
	struct info_schedule schedules[MOCK_TABLE];
	struct info_share shares[MOCK_TABLE];
	struct info_device device[MOCK_TABLE];
};
struct mock_calls {
	unsigned count;
	enum status refusal;
	mock_answerer *answer;
	uint64_t argument[3];
};
struct mock {
	struct mock_page page;
	struct info_channel far[MOCK_TABLE];
	void *area[MOCK_TABLE * 2];
	uint64_t tsc, pending;
	void (*on_wait)(uint64_t deadline);
	struct mock_calls call[HYPERCALL_COUNT];
	uint32_t signals[MOCK_EVENTS];
	uint32_t state[CONFIG_MAX_SUBJECTS], restarts[CONFIG_MAX_SUBJECTS];
	uint32_t (*port_read)(uint16_t port, unsigned size);
	void (*port_write)(uint16_t port, unsigned size, uint32_t value);
};
extern struct mock mock;
void mock_page_reset(void);

#endif
