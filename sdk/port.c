/* SPDX-License-Identifier: ISC */
#include "lib/range.h"
#include "sdk/info.h"
#include "sdk/port.h"

bool port_granted(uint16_t base, uint16_t count)
{
	const struct info_port *port = INFO_TABLE(info_port, port);

	for (uint32_t i = 0; i < info_get()->port.count; i++)
		if (range_inside(base, count, port[i].base, port[i].count))
			return true;
	return false;
}
