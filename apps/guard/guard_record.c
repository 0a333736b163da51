/* SPDX-License-Identifier: ISC */
#include "apps/guard/guard_record.h"
#include "lib/bytes.h"

/* A cursor over the line; every step checks the end first, and the first step that fails names the verdict. */
struct cursor {
	const char *at, *end;
};

static bool take_word(struct cursor *cursor, const char *word)
{
	for (; *word; word++, cursor->at++)
		if (cursor->at == cursor->end || *cursor->at != *word)
			return false;
	return true;
}

/* A decimal number without leading zero, in [low, high], and the blank after it. */
static bool take_number(struct cursor *cursor, uint32_t low, uint32_t high, uint32_t *number)
{
	const char *first = cursor->at;
	uint64_t value = 0;

	for (; cursor->at < cursor->end && *cursor->at >= '0' && *cursor->at <= '9'; cursor->at++) {
		value = value * 10 + (uint64_t)(*cursor->at - '0');
		if (value > high)
			return false;
	}
	if (cursor->at == first || (*first == '0' && cursor->at - first > 1) || value < low)
		return false;
	*number = (uint32_t)value;
	return take_word(cursor, " ");
}

static bool take_payload(struct cursor *cursor, struct guard_record *record)
{
	if ((size_t)(cursor->end - cursor->at) != record->length)
		return false;
	for (uint32_t i = 0; i < record->length; i++) {
		char c = cursor->at[i];
		if (c < 0x20 || c > 0x7e)
			return false;
		record->payload[i] = c;
	}
	return true;
}

enum guard_verdict guard_record_parse(const char *line, size_t length, struct guard_record *record)
{
	struct cursor cursor = {line, line + length};

	if (!take_word(&cursor, "RECORD "))
		return GUARD_NO_RECORD;
	if (!take_number(&cursor, 0, UINT32_MAX, &record->number))
		return GUARD_BAD_NUMBER;
	if (!take_number(&cursor, 1, GUARD_PAYLOAD, &record->length))
		return GUARD_BAD_LENGTH;
	return take_payload(&cursor, record) ? GUARD_PASS : GUARD_BAD_PAYLOAD;
}

static char *put_number(char *out, uint32_t number)
{
	char digits[10];
	unsigned count = 0;

	do {
		digits[count++] = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	while (count)
		*out++ = digits[--count];
	*out++ = ' ';
	return out;
}

size_t guard_record_write(const struct guard_record *record, char out[GUARD_LINE])
{
	char *at = out + 7;

	memcpy(out, "RECORD ", 7);
	at = put_number(at, record->number);
	at = put_number(at, record->length);
	memcpy(at, record->payload, record->length);
	at[record->length] = '\n';
	return (size_t)(at - out) + record->length + 1;
}

const char *guard_verdict_name(enum guard_verdict verdict)
{
	static const char *const names[GUARD_VERDICTS] = {
	        [GUARD_PASS] = "passed",
	        [GUARD_NO_RECORD] = "no record",
	        [GUARD_BAD_NUMBER] = "bad number",
	        [GUARD_BAD_LENGTH] = "bad length",
	        [GUARD_BAD_PAYLOAD] = "payload not as stated",
	        [GUARD_TOO_LONG] = "line too long",
	        [GUARD_LOST] = "bytes lost before the guard",
	};

	return names[verdict];
}
