/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_CHECK_H
#define TOOLS_CHECK_H
#include "tools/description.h"
#endif
