/* SPDX-License-Identifier: ISC */
#ifndef DEVICES_IDE_ATAPI_H
#define DEVICES_IDE_ATAPI_H

#include "devices/ide.h"

/* Between ide_atapi.c, which moves packets and answers, and ide_packet.c, which knows what they mean. */
enum { SENSE_NOT_READY = 2, SENSE_MEDIUM = 3, SENSE_ILLEGAL = 5 };
enum { ASC_UNREADABLE = 0x11 };

void ide_atapi_packet(struct ide_channel *channel); /* its 12 bytes are in the buffer */
/* The command's end: good, or with sense data. */
void ide_atapi_good(struct ide_channel *channel);
void ide_atapi_check(struct ide_channel *channel, uint8_t key, uint8_t asc);
/* `bytes` of the buffer, of which the host wants at most `wanted`. */
void ide_atapi_give(struct ide_channel *channel, uint32_t bytes, uint32_t wanted);
/* The next part of what the host has asked for. */
void ide_atapi_go_on(struct ide_channel *channel);

#endif
