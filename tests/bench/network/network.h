/* SPDX-License-Identifier: ISC */
#ifndef TESTS_BENCH_NETWORK_NETWORK_H
#define TESTS_BENCH_NETWORK_NETWORK_H

#define DEPTH 32u   /* frames in a burst */
#define ROUNDS 200u /* bursts by each card */
#define FRAME_BYTES 1514u

#endif
