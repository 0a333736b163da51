/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_DESCRIPTION_H
#define TOOLS_DESCRIPTION_H

#include <stdbool.h>
#include <stdint.h>
#include "abi/config.h"
#include "abi/info.h"
#include "tools/compiler.h"

/*
 * A description after parsing: names are indices, values are numbers, every default is there. Subjects are in the order
 * of the text, a layer directly after its guest. CONFIG_NONE stands for "none" and, after a mistake, for "unknown".
 */
#define MAX_CHANNELS 128u
#define MAX_EVENTS 256u
#define MAX_PORTS 256u
#define MAX_SHARED 128u
#define MAX_MAPS 256u
#define MAX_DENIES 64u
#define MAX_MEMBERS 16u
#define MAX_SERIALS 4u
#define MAX_DEVICES 256u
#define COUNT_OF(array) ((unsigned)(sizeof(array) / sizeof((array)[0])))

struct described_fault {
	int line;
	unsigned action;
	uint64_t times, within_us;
	const char *event; /* of action notify */
	uint32_t event_index;
};
struct described_serial {
	int line;
	uint64_t port;
	uint32_t in, out; /* channel; the same for duplex; CONFIG_NONE */
};
struct described_subject {
	const char *name;
	int line;
	xmlNodePtr node; /* NULL for a layer */
	uint32_t kind, partner;
	const char *image, *kernel, *initrd, *options;
	const char *rom, *vars; /* firmware, from the top of the first 4 GiB down */
	int layer_line;
	uint64_t memory, cpus, family, audit_budget;
	uint32_t cpu[CONFIG_MAX_CPUS];
	uint32_t vcpu_first, vcpu_count;
	unsigned level, fpu, apic, boot;
	uint64_t pages;    /* guests: largest page that second-level tables map its RAM by */
	uint32_t features; /* bits: index into cpuid_features */
	uint32_t flags;
	bool coinciding;
	uint64_t rights;
	uint64_t over[CONFIG_MAX_SUBJECTS]; /* rights over another subject */
	bool status_read, audit_read;
	int rights_line;
	struct described_fault fault[FAULT_COUNT];
	struct described_serial serial[MAX_SERIALS];
	unsigned serial_count;
	uint64_t staging;
	int staging_line;
	struct config_event out[CONFIG_MAX_EVENTS];
	struct config_event_in in[CONFIG_MAX_EVENTS];
	const char *out_name[CONFIG_MAX_EVENTS], *in_name[CONFIG_MAX_EVENTS];
	uint32_t in_peer[CONFIG_MAX_EVENTS];
	unsigned out_count, in_count;
};
struct described_vcpu {
	uint32_t subject, number, cpu;
	uint32_t group; /* CONFIG_NONE until a group has it */
};
enum doorbell { DOORBELL_NONE, DOORBELL_NORMAL, DOORBELL_URGENT };
struct described_end {
	uint32_t subject; /* of a guest: its layer */
	uint32_t named;   /* as the description says it */
	unsigned role;    /* enum info_role */
	uint64_t role_index, vector;
	uint32_t event_out, event_in; /* index and bit, CONFIG_NONE */
	bool serial;                  /* a serial port uses it */
};
struct described_channel {
	const char *name;
	int line;
	bool duplex;
	uint64_t size;
	unsigned doorbell;
	struct described_end from, to;
	uint32_t region_out, region_back;
};
struct described_event {
	const char *name;
	int line;
	uint32_t from, to; /* to: subject or schedule */
	unsigned action;
	uint64_t vector, vcpu;
	bool urgent, used;
	uint32_t index, layer_index; /* in the sender's table, and in that of its layer */
};
struct described_line {
	uint32_t subject;
	const char *name;
	int line;
	uint64_t gsi, vector, budget;
	uint32_t flags, bit;
};
struct described_port {
	uint32_t subject;
	int line;
	uint32_t first, last;
};
struct described_region {
	const char *name, *file;
	int line;
	uint32_t kind;
	uint64_t size, at; /* at = ~0: anywhere */
	bool cached;
	uint32_t index; /* of the binary region */
};
struct described_map {
	uint32_t subject, region;
	int line;
	uint32_t rights;
	uint64_t gpa; /* 0: where there is room; only a guest's has a place of its own */
};
struct described_device { /* of a guest: struct info_device */
	uint32_t subject;
	int line;
	uint32_t kind, index, model, flags, place;
	uint32_t channel, region, overlay; /* CONFIG_NONE: none */
	uint64_t value;
	const char *text;
};
struct described_group {
	const char *name;
	int line;
	xmlNodePtr node;
	uint32_t member[MAX_MEMBERS];
	unsigned member_count;
	uint32_t background, cpu;
	bool used;
};
struct described_frame {
	uint32_t group; /* CONFIG_NONE = idle */
	int line;
	bool known;
	uint64_t length_us, hold_us;
};
struct described_plan {
	uint64_t cpu;
	int line;
	struct described_frame *frame;
	unsigned frame_count;
};
struct described_schedule {
	const char *name;
	int line;
	uint64_t major_us;
	struct described_plan plan[CONFIG_MAX_CPUS];
	unsigned plan_count;
};
struct described_audit {
	uint32_t subject;
	int line;
	uint64_t records, sources; /* bit per subject */
	bool core;
	uint32_t classes;
};
struct described_deny {
	int line;
	uint32_t from, to;
	uint64_t except; /* bit per subject */
};
struct described_board {
	int line;
	uint64_t memory, cpus, reset_port, reset_value, off_port, off_value;
};

struct description {
	const char *name, *source_file;
	int line;
	uint64_t switch_us;
	uint32_t first_schedule;
	bool plan_broken; /* subjects, groups or schedules have mistakes: what follows from the plan would mislead */
	unsigned cpu_count;
	struct described_board board;
	struct described_subject subject[CONFIG_MAX_SUBJECTS];
	struct described_vcpu vcpu[CONFIG_MAX_VCPUS];
	struct described_channel channel[MAX_CHANNELS];
	struct described_event event[MAX_EVENTS];
	struct described_line line_[CONFIG_MAX_LINES];
	struct described_port port[MAX_PORTS];
	struct described_region region[MAX_SHARED];
	struct described_map map[MAX_MAPS];
	struct described_group group[CONFIG_MAX_GROUPS];
	struct described_schedule schedule[CONFIG_MAX_SCHEDULES];
	struct described_audit audit[CONFIG_MAX_CONSUMERS];
	struct described_deny deny[MAX_DENIES];
	struct described_device device[MAX_DEVICES];
	unsigned subject_count, vcpu_count, channel_count, event_count, line_count, port_count, region_count, map_count,
	        group_count, schedule_count, audit_count, deny_count, device_count;
};

/* Look-up by name: index or CONFIG_NONE. */
uint32_t find_subject(const struct description *description, const char *name);
uint32_t find_schedule(const struct description *description, const char *name);
uint32_t find_channel(const struct description *description, const char *name);
uint32_t find_vcpu(const struct description *description, const char *name); /* NAME or NAME/INDEX */
/* The subject that works for a name: a guest's layer, else itself. */
uint32_t worker(const struct description *description, uint32_t subject);
/* "linux-a/1" of a vCPU, for messages. */
const char *vcpu_text(struct compiler *compiler, uint32_t vcpu);

#endif
