/* SPDX-License-Identifier: ISC */
#include "tests/guest/attack-devices/kernel.S"
