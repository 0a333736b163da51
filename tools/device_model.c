/* SPDX-License-Identifier: ISC */
#include "tools/device_model.h"

static const char *const nic_models[] = {"e1000", "virtio", NULL};
static const char *const nic_sources[] = {"own", "any", NULL};
static const char *const watchdog_actions[] = {"restart", "stop", "fault", NULL};
static const char *const disk_models[] = {"ide", "virtio", NULL};

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
        {.element = "disk",
         .kind = DEVICE_DISK,
         .limit = 8,
         .models = disk_models,
         .peer = "server",
         .peer_role = "block",
         .peer_size = "128K",
         .channel = true,
         .region = true,
         .needs = true,
         .rights = MAP_READ | MAP_WRITE,
         .overlay = true,
         .text = "serial"},
        {.element = "cdrom", .kind = DEVICE_CDROM, .limit = 3, .region = true, .rights = MAP_READ},
        {.element = "rng", .kind = DEVICE_RNG, .limit = 1, .number = "seed", .number_max = UINT64_MAX},
        {.element = "virtio-console",
         .kind = DEVICE_CONSOLE,
         .limit = 2,
         .peer = "console",
         .peer_role = "console",
         .peer_size = "16K",
         .channel = true,
         .needs = true},
};
const unsigned device_model_count = COUNT_OF(device_models);
