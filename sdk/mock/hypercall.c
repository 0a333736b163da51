/* SPDX-License-Identifier: ISC */
#include <assert.h>
#include <stdlib.h>
#include "sdk/event.h"
#include "sdk/hypercall.h"
#include "sdk/mock/state.h"

/* Every call is counted and its arguments kept; a refusal the test asked for comes first; a few calls have an effect. */
static enum status version(const uint64_t *argument, uint64_t *result)
{
	(void)argument;
	result[0] = HYPERCALL_ABI;
	return OK;
}

static enum status signal_event(const uint64_t *argument, uint64_t *result)
{
	(void)result;
	if (argument[0] >= MOCK_FAR_EVENT)
		mock_raise(event_bit((uint32_t)argument[0] - MOCK_FAR_EVENT));
	else if (argument[0] < MOCK_EVENTS)
		mock.signals[argument[0]]++;
	else
		return ERR_INDEX;
	return OK;
}

static enum status wait(const uint64_t *argument, uint64_t *result)
{
	uint64_t mask = argument[0], deadline = argument[1];

	if (!(mock.pending & mask) && deadline > mock.tsc && mock.on_wait)
		mock.on_wait(deadline);
	result[0] = mock.pending & mask;
	mock.pending &= ~mask;
	if (result[0] || deadline <= mock.tsc)
		return OK;
	if (deadline == EVENT_FOREVER)
		abort(); /* nothing in this test would ever end the wait */
	mock.tsc = deadline;
	return OK;
}

static enum status restart(const uint64_t *argument, uint64_t *result)
{
	(void)result;
	if (argument[0] >= CONFIG_MAX_SUBJECTS)
		return ERR_INDEX;
	mock.restarts[argument[0]]++;
	mock.state[argument[0]] = SUBJECT_RUNNING;
	return OK;
}

static enum status status_of(const uint64_t *argument, uint64_t *result)
{
	if (argument[0] >= CONFIG_MAX_SUBJECTS)
		return ERR_INDEX;
	result[0] = mock.state[argument[0]];
	result[1] = mock.restarts[argument[0]];
	return OK;
}

typedef enum status handler(const uint64_t *argument, uint64_t *result);
static handler *const handlers[HYPERCALL_COUNT] = {
        [HC_VERSION] = version,         [HC_EVENT_SIGNAL] = signal_event, [HC_EVENT_WAIT] = wait,
        [HC_SUBJECT_RESTART] = restart, [HC_SUBJECT_STATUS] = status_of,
};

enum status hypercall_raw(uint64_t a, uint64_t b, uint64_t c, uint64_t number, uint64_t result[3])
{
	struct mock_calls *call;

	result[0] = result[1] = result[2] = 0;
	if (number >= HYPERCALL_COUNT)
		return ERR_NUMBER;
	call = &mock.call[number];
	call->count++;
	call->argument[0] = a;
	call->argument[1] = b;
	call->argument[2] = c;
	if (call->refusal != OK)
		return call->refusal;
	if (call->answer)
		return call->answer(call->argument, result);
	return handlers[number] ? handlers[number](call->argument, result) : OK;
}

unsigned mock_calls(uint32_t number)
{
	assert(number < HYPERCALL_COUNT);
	return mock.call[number].count;
}

const uint64_t *mock_arguments(uint32_t number)
{
	assert(number < HYPERCALL_COUNT);
	return mock.call[number].argument;
}

void mock_refuse(uint32_t number, enum status status)
{
	assert(number < HYPERCALL_COUNT);
	mock.call[number].refusal = status;
}

void mock_answer(uint32_t number, mock_answerer *answer)
{
	assert(number < HYPERCALL_COUNT);
	mock.call[number].answer = answer;
}

void mock_subject_state(uint32_t id, uint32_t state)
{
	assert(id < CONFIG_MAX_SUBJECTS);
	mock.state[id] = state;
}

uint32_t mock_signals(uint32_t index)
{
	assert(index < MOCK_EVENTS);
	return mock.signals[index];
}

void mock_raise(uint64_t bits)
{
	mock.pending |= bits;
}

void mock_on_wait(void (*hook)(uint64_t deadline))
{
	mock.on_wait = hook;
}
