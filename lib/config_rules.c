/* SPDX-License-Identifier: ISC */
#include "lib/config_rules.h"

/* The sentences of the checker: for the tool and the tests; the core has only the numbers. */
#define RULE_TEXT(name, text) [BAD_##name] = text,
static const char *const texts[CONFIG_RULE_COUNT] = {[CONFIG_FINE] = "", CONFIG_RULES(RULE_TEXT)};

const char *config_rule_text(unsigned rule)
{
	return rule < CONFIG_RULE_COUNT ? texts[rule] : "";
}
