/* SPDX-License-Identifier: ISC */
#include "tests/guest/common/denials.h"
#include "sdk/info.h"

void denials_open(struct denials *denials, const char *subject)
{
	const struct info_subject *found = info_subject(subject);

	denials->subject = found ? found->id : 0xfffe;
	(void)audit_open(&denials->reader, false);
}

void denials_collect(struct denials *denials)
{
	struct audit_record record;

	while (audit_next(&denials->reader, &record)) {
		if (record.subject != denials->subject) {
			denials->others++;
		} else if (record.event >= AUDIT_USER_EVENT) {
			denials->user++;
		} else {
			denials->event[record.event % DENIAL_EVENTS]++;
			denials->last[record.event % DENIAL_EVENTS] = record;
			if (record.event == AUDIT_RATE)
				denials->suppressed += record.argument[0];
		}
	}
}

uint64_t denials_count(const struct denials *denials)
{
	uint64_t count = denials->suppressed;

	for (unsigned i = AUDIT_HYPERCALL_DENIED; i <= AUDIT_INSTRUCTION_DENIED; i++)
		count += denials->event[i];
	return count;
}
