/* SPDX-License-Identifier: ISC */
/*
 * Deadlines: of the local-APIC timer running and halted, and of event_wait(). In the own frame they come on time; one
 * that passes in somebody else's frame comes at the start of the next own one.
 */
#include "sdk/sdk.h"
#include "tests/guest/common/judge.h"
#include "tests/guest/common/share.h"

#define VECTOR 0x60u
#define COUNT 40u
#define ON_TIME 1500u
static volatile uint64_t fired;

static void tick(unsigned vector)
{
	(void)vector;
	fired = clock_tsc();
}

/* The largest lateness of COUNT deadlines `us` away, of those that fall into the frame they were set in. */
static uint64_t worst(uint64_t us, void (*wait)(uint64_t deadline), unsigned *early)
{
	uint64_t late = 0, gap = share_ticks(150);

	for (unsigned i = 0; i < COUNT; i++) {
		fired = 0;
		uint64_t deadline = clock_tsc() + share_ticks(us);
		wait(deadline);
		uint64_t now = fired ? fired : clock_tsc();
		*early += now < deadline;
		if (now - deadline < gap && now - deadline > late)
			late = now - deadline;
	}
	return late;
}

static void running(uint64_t deadline)
{
	interrupt_timer(VECTOR, deadline);
	while (!fired)
		;
}

static void halted(uint64_t deadline)
{
	interrupt_disable();
	interrupt_timer(VECTOR, deadline);
	while (!fired)
		interrupt_halt();
}

static void waiting(uint64_t deadline)
{
	event_wait(0, deadline);
}

/* The frame is 300 us of each millisecond: a deadline in 500 us is somebody else's time. */
static void check_out_of_frame(void)
{
	struct share share;
	uint64_t end;

	share_measure(&share, share_ticks(20), share_ticks(1000), 1, 0, 0);
	end = clock_tsc(); /* a frame has just begun */
	fired = 0;
	interrupt_timer(VECTOR, end + share_ticks(500));
	while (!fired)
		;
	judge(share_distance(fired, end + share_ticks(1000)) < 2 * ON_TIME,
	      "a deadline out of frame fires at the next frame's start: %lu ticks off",
	      share_distance(fired, end + share_ticks(1000)));
}

int main(void)
{
	unsigned early = 0;

	if (!role_is("judge"))
		for (;;)
			;
	interrupt_handle(VECTOR, tick);
	interrupt_enable();
	uint64_t run = worst(30, running, &early), halt = worst(30, halted, &early), wait = worst(30, waiting, &early);
	judge(run < ON_TIME, "timer interrupts of a running vCPU come within %lu ticks", run);
	judge(halt < ON_TIME, "of a halted one within %lu", halt);
	judge(wait < ON_TIME, "the deadline of a wait passes within %lu", wait);
	judge(early == 0, "%u came too early", early);
	check_out_of_frame();
	fired = 0;
	interrupt_timer(VECTOR, clock_tsc() + share_ticks(20));
	interrupt_timer(VECTOR, 0);
	clock_sleep(100 * CLOCK_US);
	judge(!fired, "a timer switched off does not fire");
	interrupt_timer(VECTOR, 1);
	judge(fired, "a deadline in the past fires at once");
	judge_end();
	return 0;
}
