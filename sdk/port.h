/* SPDX-License-Identifier: ISC */
#ifndef SDK_PORT_H
#define SDK_PORT_H

#include <stdbool.h>
#include <stdint.h>

/* Direct access to I/O ports that the description grants; any other port is a fault of this subject. */
bool port_granted(uint16_t base, uint16_t count);
uint8_t port_read8(uint16_t port);
uint16_t port_read16(uint16_t port);
uint32_t port_read32(uint16_t port);
void port_write8(uint16_t port, uint8_t value);
void port_write16(uint16_t port, uint16_t value);
void port_write32(uint16_t port, uint32_t value);

#endif
