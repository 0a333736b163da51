/* SPDX-License-Identifier: ISC */
#ifndef SDK_MOCK_MOCK_H
#define SDK_MOCK_MOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "abi/info.h"
#include "abi/stats.h"
#include "abi/status.h"
#include "sdk/channel.h"

/*
 * The SDK without a machine: an application's files, compiled natively, run against this in unit tests. A test first
 * calls mock_reset(), builds the information page with the mock_add_* functions, then calls the application's functions. Time
 * stands still until the test or a wait moves it; the TSC runs at 1 GHz, so one tick is one nanosecond.
 */
void mock_reset(void);
void mock_name(const char *name, const char *system);
void mock_options(const char *options);
void mock_rights(uint64_t rights);
void mock_vendor(enum cpu_vendor vendor);

/* A channel of the application. `far` gets the other end, ready for channel_read() and channel_write() in the test. */
struct mock_channel {
	const char *name, *peer;
	uint32_t in_bytes, out_bytes; /* 0 = not this direction */
	bool one_way;
	uint32_t role, role_index;
};
void mock_add_channel(const struct mock_channel *wanted, struct channel *far);
/* The peer of that channel has been restarted and opens its end anew. */
void mock_restart_peer(const char *channel, struct channel *far);
void mock_restart(void); /* the application itself: its next life */
void mock_add_subject(const char *name, uint32_t id, uint64_t rights);
void mock_add_schedule(const char *name, uint64_t major_us);
void mock_add_share(uint32_t schedule, uint32_t subject, uint64_t major_us, uint64_t share_us);
/* The record of a subject added before, to be filled in further. */
struct info_subject *mock_subject(uint32_t id);
void mock_add_line(const char *name, uint32_t gsi);     /* line n raises event bit 32 + n */
void mock_add_device(const struct info_device *device); /* of the guest, for a layer */
void mock_add_port(uint16_t base, uint16_t count);
void mock_add_event_in(const char *name, uint32_t bit);
void mock_add_event_out(const char *name, uint32_t index);
/* Memory of the test, shown to the application as a region. */
void mock_add_memory(const char *name, uint32_t kind, void *memory, uint64_t size, uint32_t index);

void mock_time(uint64_t tsc);   /* now */
void mock_advance(uint64_t ns); /* later */
void mock_raise(uint64_t bits); /* incoming events become pending */
/*
 * Called when the application waits with nothing pending; may raise events. Time then jumps to the deadline if none came;
 * a wait for ever that nothing ends aborts the test.
 */
void mock_on_wait(void (*hook)(uint64_t deadline));

/* What the application asked for. The last call of that number, and how many there were. */
unsigned mock_calls(uint32_t number);
const uint64_t *mock_arguments(uint32_t number);       /* of the last one: three words */
void mock_refuse(uint32_t number, enum status status); /* from now on that call is refused (OK = no longer) */
/* The test answers that call itself: argument and result are three words each. */
typedef enum status mock_answerer(const uint64_t *argument, uint64_t *result);
void mock_answer(uint32_t number, mock_answerer *answer);
/* The application is the virtualization layer of a guest like this; boot is enum guest_boot. */
void mock_guest(uint32_t vcpus, uint32_t boot);
void mock_subject_state(uint32_t id, uint32_t state); /* what HC_SUBJECT_STATUS answers */
uint32_t mock_signals(uint32_t index);                /* how often an outgoing event was signalled */
/* Everything printed so far, as a string; mock_printed_clear() empties it. */
const char *mock_printed(void);
void mock_printed_clear(void);
/* Port models: without them reads give all ones and writes vanish. `size` = 1, 2, 4 bytes. */
void mock_ports(uint32_t (*read)(uint16_t port, unsigned size),
                void (*write)(uint16_t port, unsigned size, uint32_t value));

#endif
