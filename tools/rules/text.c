/* SPDX-License-Identifier: ISC */
#include "tools/rules/rules.h"

/* The sentences of both checks. */
#define RULE_TEXT(name, text) [BAD_##name] = text,
static const char *const texts[RULE_COUNT] = {[CONFIG_FINE] = "", CONFIG_RULES(RULE_TEXT) TOOL_RULES(RULE_TEXT)};

const char *rule_text(uint32_t rule)
{
	return rule < RULE_COUNT ? texts[rule] : "";
}
