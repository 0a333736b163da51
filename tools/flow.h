/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_FLOW_H
#define TOOLS_FLOW_H

#include "tools/compiler.h"

/*
 * Who can affect whom, by what: read off the finished tables, not off the description. Reports E-deny-flow with the
 * whole path for each <deny> that does not hold.
 */
void flow_prove(struct compiler *compiler);

#endif
