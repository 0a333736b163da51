/* SPDX-License-Identifier: ISC */
/* Where the tool lies, by /proc/self/exe: so it finds its core and its tree from any working directory. */
#include "tools/beside.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool directory(char path[BESIDE_PATH])
{
	ssize_t length = readlink("/proc/self/exe", path, BESIDE_PATH - 1);
	if (length <= 0)
		return false;
	path[length] = 0;
	*strrchr(path, '/') = 0;
	return true;
}

bool beside(char path[BESIDE_PATH], const char *name)
{
	if (!directory(path))
		return false;
	size_t used = strlen(path);
	if (strlen(name) + 2 > BESIDE_PATH - used)
		return false;
	snprintf(path + used, BESIDE_PATH - used, "/%s", name);
	return access(path, R_OK) == 0;
}

/* The tree is the nearest directory above the tool that has the ABI in it. */
bool beside_tree(char path[BESIDE_PATH])
{
	static const char mark[] = "/abi/config.h";
	if (!directory(path))
		return false;
	for (char *end = path + strlen(path); end; end = strrchr(path, '/')) {
		*end = 0;
		if ((size_t)(end - path) + sizeof(mark) > BESIDE_PATH)
			return false;
		memcpy(end, mark, sizeof(mark));
		bool found = access(path, R_OK) == 0;
		*end = 0;
		if (found)
			return true;
	}
	return false;
}
