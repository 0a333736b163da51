/* SPDX-License-Identifier: ISC */
#include "tools/device_model.h"

static const char *const nic_models[] = {"e1000", NULL};
static const char *const nic_sources[] = {"own", "any", NULL};
static const char *const watchdog_actions[] = {"restart", "stop", "fault", NULL};

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
        {.element = "nic",
         .kind = DEVICE_NIC,
         .limit = 4,
         .models = nic_models,
         .peer = "switch",
         .peer_role = "none",
         .peer_size = "64K",
         .channel = true,
         .needs = true,
         .option = "source",
         .options = nic_sources,
         .number = "vlan",
         .number_max = 4094,
         .text = "mac"},
        {.element = "watchdog", .kind = DEVICE_WATCHDOG, .limit = 1, .option = "action", .options = watchdog_actions},
};
const unsigned device_model_count = COUNT_OF(device_models);
