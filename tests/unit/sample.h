/* SPDX-License-Identifier: ISC */
#ifndef TESTS_UNIT_SAMPLE_H
#define TESTS_UNIT_SAMPLE_H

#include "abi/config.h"
#include "abi/info.h"
#include "lib/placement.h"

/*
 * A small valid system for tests: an application, a guest with its layer, one CPU, two schedules (75/25 and 50/50). The
 * package is one struct, so a test names the field it spoils; call sample_seal() after changes if the digest matters.
 */
enum { SAMPLE_APP, SAMPLE_GUEST, SAMPLE_LAYER, SAMPLE_SUBJECTS }; /* subjects and, one each, their vCPUs */
enum {
	SAMPLE_APP_IMAGE,
	SAMPLE_APP_INFO,
	SAMPLE_LAYER_IMAGE,
	SAMPLE_LAYER_INFO,
	SAMPLE_GUEST_RAM,
	SAMPLE_FRAME,
	SAMPLE_LAPIC,
	SAMPLE_TO_APP,   /* channel page written by the layer */
	SAMPLE_TO_LAYER, /* written by the application */
	SAMPLE_AUDIT,
	SAMPLE_STATS,
	SAMPLE_KERNEL, /* a file in the package */
	SAMPLE_VGA,    /* a device */
	SAMPLE_REGIONS
};
enum {
	SAMPLE_MAP_APP_TEXT,
	SAMPLE_MAP_APP_DATA,
	SAMPLE_MAP_APP_INFO,
	SAMPLE_MAP_APP_IN,
	SAMPLE_MAP_APP_OUT,
	SAMPLE_MAP_APP_AUDIT,
	SAMPLE_MAP_APP_STATS,
	SAMPLE_MAP_APP_VGA,
	SAMPLE_MAP_GUEST_RAM,
	SAMPLE_MAP_LAYER_TEXT,
	SAMPLE_MAP_LAYER_DATA,
	SAMPLE_MAP_LAYER_INFO,
	SAMPLE_MAP_LAYER_IN,
	SAMPLE_MAP_LAYER_OUT,
	SAMPLE_MAP_LAYER_FRAME,
	SAMPLE_MAP_LAYER_LAPIC,
	SAMPLE_MAP_LAYER_KERNEL,
	SAMPLE_MAP_LAYER_GUEST,
	SAMPLE_MAPPINGS
};
enum { SAMPLE_GROUP_GUEST, SAMPLE_GROUP_APP, SAMPLE_GROUPS };
#define SAMPLE_GUEST_BYTES (UINT64_C(16) << 20)
#define SAMPLE_MSRS 3
#define SAMPLE_MSR_ROOM 9
#define SAMPLE_CPUIDS 6 /* three for each vendor */

/* Some arrays are longer than their table: room for tests and for the functions below. */
struct sample {
	struct config_header header;
	struct config_subject subject[SAMPLE_SUBJECTS];
	struct config_vcpu vcpu[SAMPLE_SUBJECTS + 2];
	struct config_region region[SAMPLE_REGIONS + 2];
	struct config_mapping mapping[SAMPLE_MAPPINGS];
	struct config_event event[3];       /* app: to layer, start guest, schedule b; layer: none */
	struct config_event_in event_in[3]; /* app: 0 from line, 1; layer: 0 */
	struct config_line line[2];
	struct config_port port[2];
	struct config_msr msr[SAMPLE_MSR_ROOM];   /* guest */
	struct config_cpuid cpuid[SAMPLE_CPUIDS]; /* guest */
	struct config_feature feature[1];
	struct config_manage manage[1]; /* app over guest */
	struct config_epoch epoch[2];   /* app: of the layer; layer: of the app */
	struct config_schedule schedule[2];
	struct config_plan plan[4];
	struct config_frame frame[6];
	struct config_group group[SAMPLE_GROUPS + 1];
	struct config_member member[5];
	struct config_consumer consumer[2];
	struct config_source source[2];
	struct config_channel channel[1];
	struct config_epoch spare[CONFIG_MAX_EVENTS + 2];
	char names[16];
	/* payload: images and information pages of application and layer, then the kernel file */
	struct {
		uint8_t app[4096];
		uint8_t app_info[4096];
		uint8_t layer[4096];
		uint8_t layer_info[4096];
		uint8_t kernel[8192];
	} payload __attribute__((aligned(4096)));
};

/* Fills it in; struct sample must be 4 KiB aligned, as its type says (sample_new allocates one). */
void sample_fill(struct sample *sample);
struct sample *sample_new(void); /* free() it */
void sample_seal(struct sample *sample);
/* A second, idle CPU in both schedules. */
void sample_add_cpu(struct sample *sample);
/* The guest gets a second vCPU there, with its layer's; it fills that CPU. vCPUs: app 0, guest 1, 2, layer 3, 4. */
void sample_make_smp(struct sample *sample);
/* 64 MiB of memory from 1 MiB up, the package at 32 MiB. */
#define SAMPLE_PACKAGE (UINT64_C(32) << 20)
struct placement_input sample_machine(const struct sample *sample);

#endif
