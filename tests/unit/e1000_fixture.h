/* SPDX-License-Identifier: ISC */
#ifndef TESTS_UNIT_E1000_FIXTURE_H
#define TESTS_UNIT_E1000_FIXTURE_H

/* The places in an 82540EM's memory that its unit tests and its fuzzer use. */
#include "devices/e1000.h"
#include "tests/unit/device_fixture.h"
#include "tests/unit/wire_fixture.h"

#define RAM_BYTES 0x20000u
#define TX_RING 0x1000u
#define RX_RING 0x2000u
#define BUFFERS 0x4000u

#endif
