/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_BESIDE_H
#define TOOLS_BESIDE_H

#include <stdbool.h>

/*
 * Files that come with the tool lie in the directory of its executable (build/), the source tree one above. Each gives
 * an absolute path and says whether it exists.
 */
#define BESIDE_PATH 4096
bool beside(char path[BESIDE_PATH], const char *name);
bool beside_tree(char path[BESIDE_PATH]);

#endif
