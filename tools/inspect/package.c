/* SPDX-License-Identifier: ISC */
/* A package file: read whole, then put to the same check that the core makes before it builds anything. */
#include "tools/inspect/package.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "lib/config.h"
#include "tools/rules/rules.h"
#include "tools/inspect/words.h"

#define PACKAGE_MAX (UINT64_C(1) << 40)

/* Line of the description that a record stems from, where the record knows it and lies inside the bytes. */
static uint32_t line_number(const uint8_t *bytes, size_t size, const struct config_problem *problem)
{
	const struct config_header *config = (const void *)bytes;
	size_t record = problem->table == TABLE_SUBJECT  ? sizeof(struct config_subject)
	                : problem->table == TABLE_REGION ? sizeof(struct config_region)
	                                                 : 0;
	size_t field = problem->table == TABLE_SUBJECT ? offsetof(struct config_subject, line_number)
	                                               : offsetof(struct config_region, line_number);
	uint32_t line = 0;
	if (!record || size < sizeof(*config) || problem->record >= config->table[problem->table].count)
		return 0;
	uint64_t at = config->table[problem->table].offset + (uint64_t)record * problem->record + field;
	if (at <= size - sizeof(line))
		memcpy(&line, bytes + at, sizeof(line));
	return line;
}

static void describe(const uint8_t *bytes, size_t size, const struct config_problem *found, char text[PACKAGE_PROBLEM])
{
	uint32_t line = line_number(bytes, size, found);
	char where[64] = "in the header", of[48] = "";
	if (found->table < TABLE_COUNT)
		snprintf(where, sizeof(where), "in record %u of table '%s'", found->record, word_table(found->table));
	if (line)
		snprintf(of, sizeof(of), " (line %u of the description)", line);
	snprintf(text, PACKAGE_PROBLEM, "%s, %s%s", rule_text(found->rule), where, of);
}

bool package_check(const uint8_t *bytes, size_t size, char problem[PACKAGE_PROBLEM])
{
	const struct config_header *config = (const void *)bytes;
	struct config_problem found = {.table = TABLE_COUNT};
	if (size < sizeof(*config)) {
		snprintf(problem, PACKAGE_PROBLEM, "%zu bytes are too few for a header of %zu", size, sizeof(*config));
		return false;
	}
	if (config->magic != CONFIG_MAGIC) {
		snprintf(problem, PACKAGE_PROBLEM, "not a Bulkhead package: it does not begin with \"BLKHEAD1\"");
		return false;
	}
	if (rules_check(bytes, size, &found) != OK) {
		describe(bytes, size, &found, problem);
		return false;
	}
	return true;
}

uint8_t *package_read(const char *path, size_t *size)
{
	struct stat status;
	uint8_t *bytes = NULL;
	FILE *file = fopen(path, "rb");
	if (!file || fstat(fileno(file), &status)) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		if (file)
			fclose(file);
		return NULL;
	}
	if (!S_ISREG(status.st_mode) || (uint64_t)status.st_size > PACKAGE_MAX)
		fprintf(stderr, "%s: not a file, or too large for a package\n", path);
	else if (!(bytes = malloc((size_t)status.st_size + 1)))
		fprintf(stderr, "%s: too little memory to read it\n", path);
	else if ((*size = fread(bytes, 1, (size_t)status.st_size, file)) != (size_t)status.st_size) {
		fprintf(stderr, "%s: cannot be read to its end\n", path);
		free(bytes);
		bytes = NULL;
	}
	fclose(file);
	return bytes;
}
