/* SPDX-License-Identifier: ISC */
#include "sdk/info.h"
#include "sdk/port.h"

bool port_granted(uint16_t base, uint16_t count)
{
	const struct info_port *port = INFO_TABLE(info_port, port);

	for (uint32_t i = 0; i < info_get()->port.count; i++)
		if (base >= port[i].base && base - port[i].base <= port[i].count &&
		    count <= port[i].count - (base - port[i].base))
			return true;
	return false;
}
