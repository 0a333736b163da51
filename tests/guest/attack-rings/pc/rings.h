/* SPDX-License-Identifier: ISC */
#ifndef TESTS_GUEST_ATTACK_RINGS_PC_RINGS_H
#define TESTS_GUEST_ATTACK_RINGS_PC_RINGS_H

#include "tests/guest/pc/pc.h"

/*
 * The hostile guest. For each kind of device there is an attack, which sets it up as a driver does and then lies in what
 * the device reads from memory, and a proof that it works after a reset. Rings, tables and buffers lie in the pool, above
 * this program, so that what devices write harms nothing but the pool.
 */
#define POOL 0x200000u
#define RAM_END 0x800000u
#define REQUEST (POOL + 0x40000u)                                                          /* of fw_cfg */
enum { SOUND_AVAIL = 0x1000, SOUND_USED = 0x2000, ODD_AVAIL = 0x4000, ODD_USED = 0x8000 }; /* from a virtio ring on */
enum { PORTS_IDE = 0x9000, PORTS_VIRTIO = 0xc000 };                                        /* a page of ports each */
#define MEMORY_CARD 0xd0000000u
#define MEMORY_VIRTIO 0xd1000000u
enum { AT_CARD = DEVFN(4, 0), AT_VIRTIO = 5 }; /* system.xml: the card, and the first place of virtio */
enum { VIRTIO_NET, VIRTIO_DISK, VIRTIO_ENTROPY, VIRTIO_CONSOLE, VIRTIO_SERVED, VIRTIO_DEVICES };

uint32_t random32(void);
/* 0 .. limit - 1 */
uint32_t below(uint32_t limit);
/* One of `of` times. */
bool seldom(uint32_t of);
/* An address in the pool, mostly; also its end, other memory, none, the far end of the address space. */
uint64_t odd_address(void);
/* Lengths: none, one, around a sector and a page, all there is, signs and overflows. */
uint32_t odd_length(void);
void zero(uint32_t at, uint32_t bytes);

/* Time that a device may take for what it is asked. */
struct patience {
	uint64_t until;
};
struct patience patience(void);
bool lasts(const struct patience *patience);

/* x_quiet: nothing that was begun goes on, so the pool is the proofs' own. */
void virtio_open(void);
bool virtio_quiet(unsigned device);
void virtio_attack(unsigned device);
void virtio_ask(unsigned device); /* what a driver would, again and again, in case that somebody else lies */
bool virtio_proof(unsigned device);
void card_open(void);
void card_quiet(void);
void card_attack(void);
bool card_proof(void);
void ide_open(void);
bool ide_quiet(void);
void ide_attack(void);
bool ide_proof(void);
/* false: there is no fw_cfg, for the guest does not start as firmware. */
bool firmware_open(void);
void firmware_attack(void);
bool firmware_proof(void);
/* The second vCPU; false: there is none. */
bool second_open(void);
/* It has begun, or ended, to change the pool. */
void second_scribbles(bool on);

#endif
