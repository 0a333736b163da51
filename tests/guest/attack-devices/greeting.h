/* SPDX-License-Identifier: ISC */
#ifndef TESTS_GUEST_ATTACK_DEVICES_GREETING_H
#define TESTS_GUEST_ATTACK_DEVICES_GREETING_H

#define GREETING 0x600dcafeu /* the first word of the shared memory, before the attack */

#endif
