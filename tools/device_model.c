/* SPDX-License-Identifier: ISC */
#include "tools/device_model.h"

const struct device_model device_models[] = {
        {.element = "panic", .kind = DEVICE_PANIC, .limit = 1},
        {.element = "debug",
         .kind = DEVICE_DEBUG,
         .limit = 1,
         .peer = "console",
         .peer_role = "console",
         .peer_size = "16K",
         .channel = true,
         .needs = true},
};
const unsigned device_model_count = COUNT_OF(device_models);
