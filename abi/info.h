/* SPDX-License-Identifier: ISC */
#ifndef ABI_INFO_H
#define ABI_INFO_H

#include <stdint.h>

/*
 * The information page (or pages): what a subject is told about itself. Mapped read-only at INFO_GPA in every app and
 * layer (not in guests). The compiler writes it; the core fills in the fields marked "live" and updates them.
 * All names are NUL-terminated. Tables are given by byte offset from the start of the page and a count.
 */
#define INFO_MAGIC 0x4f464e49u /* "INFO" */
#define INFO_VERSION 1u
#define INFO_GPA UINT64_C(0x10000000)
#define APP_IMAGE_GPA UINT64_C(0x200000)    /* apps and layers are linked to start here, entered in flat 32-bit mode */
#define APP_WINDOW_GPA UINT64_C(0x11000000) /* channels, frames, files ... are placed from here up, below 1 GiB */
#define LAYER_GUEST_GPA \
	UINT64_C(0x400000000) /* guest-physical address g of the guest is LAYER_GUEST_GPA + g of its layer */
/* RAM of a guest with firmware that it may not write: shadows of ROM. A write is its layer's, which knows PAM. */
#define GUEST_SHADOW_VIDEO UINT64_C(0xc0000)
#define GUEST_SHADOW_VIDEO_BYTES UINT64_C(0x8000)
#define GUEST_SHADOW_BIOS UINT64_C(0xf0000)
#define GUEST_SHADOW_BIOS_BYTES UINT64_C(0x10000)
#define NAME_BYTES 32

struct info_table {
	uint32_t offset, count;
};

enum info_memory_kind {
	INFO_RAM = 0,
	INFO_FRAME = 1,
	INFO_LAPIC = 2,
	INFO_FILE = 3,
	INFO_GUEST_RAM = 4,
	INFO_AUDIT = 5,
	INFO_STATS = 6,
	INFO_DEVICE = 7,
	INFO_STAGING = 8,
	INFO_SHARED = 9,
	INFO_GUEST_ROM = 10, /* `bytes` is where the guest sees it */
};
#define INFO_READ 1u
#define INFO_WRITE 2u
#define INFO_EXECUTE 4u
struct info_memory {
	char name[NAME_BYTES]; /* region name; for INFO_FILE "kernel", "initrd", "firmware" ... */
	uint64_t gpa, size;    /* for INFO_FILE: size in pages' bytes; bytes = exact length of the file */
	uint64_t bytes;
	uint32_t kind, rights;
	uint32_t index; /* FRAME, LAPIC: guest vCPU; AUDIT: bytes of one CPU's ring */
	uint32_t reserved;
};
#define CHANNEL_IN 1u  /* this subject reads area `in_gpa` */
#define CHANNEL_OUT 2u /* this subject writes area `out_gpa` */
#define CHANNEL_ONE_WAY 4u
struct info_channel {
	char name[NAME_BYTES]; /* the name this end knows the channel by (same in XML) */
	char peer[NAME_BYTES];
	uint64_t in_gpa, out_gpa;     /* 0 if there is none */
	uint32_t in_bytes, out_bytes; /* data bytes of each area: power of two */
	uint32_t flags;
	uint32_t event_out;  /* index for HC_EVENT_SIGNAL, ~0 = none */
	uint32_t event_in;   /* bit in HC_EVENT_WAIT, ~0 = none */
	uint32_t peer_epoch; /* live: how often the peer has been restarted */
	uint32_t role;       /* free for the description: serial port number of a layer etc.; enum info_role */
	uint32_t role_index;
};
enum info_role {
	ROLE_NONE = 0,
	ROLE_CONSOLE = 1,
	ROLE_SERIAL = 2,
	ROLE_HEARTBEAT = 3,
	ROLE_DEVICE = 4,
	ROLE_BLOCK = 5,
	ROLE_SCREEN = 6,
	ROLE_COUNT = 7,
};
struct info_event {
	char name[NAME_BYTES];
	uint32_t number; /* outgoing: index; incoming: bit */
	uint32_t flags;  /* 1 = incoming, 2 = urgent */
	uint32_t vector; /* incoming: interrupt vector, 0 = none */
	uint32_t peer;   /* subject id of the other end, ~0 = physical line */
};
struct info_line {
	char name[NAME_BYTES];
	uint32_t index, event, gsi, reserved;
};
struct info_port {
	uint16_t base, count;
	uint32_t reserved;
};
struct info_subject { /* those that this subject may manage or whose status it may read */
	char name[NAME_BYTES];
	uint32_t id, kind; /* enum subject_kind */
	uint32_t cpu_mask;
	uint32_t vcpu_first, vcpu_count; /* system-wide vCPU indices, as in abi/stats.h */
	uint32_t partner;                /* guest <-> layer, ~0 = none */
	uint64_t memory;                 /* bytes of RAM */
	uint64_t rights;                 /* RIGHT_START ... over it */
};
struct info_schedule {
	char name[NAME_BYTES];
	uint64_t major_us;
};
struct info_share {                 /* what the plan gives: one record per (schedule, subject listed above) */
	uint32_t schedule, subject; /* subject id */
	uint64_t major_us, share_us;
	uint32_t cpu, frames;
};
/* Layers: a device of the guest beyond those that every guest has, as <guest> describes it. */
enum info_device_kind {
	DEVICE_NONE = 0,
	DEVICE_PANIC = 1,
	DEVICE_DEBUG = 2,
	DEVICE_NIC = 3,      /* text: its address; value: its VLAN, 0 = none; flags: NIC_ANY_SOURCE */
	DEVICE_WATCHDOG = 4, /* flags: 0 = restart, 1 = stop, 2 = fault */
	DEVICE_DISK = 5,     /* text: its serial number */
	DEVICE_CDROM = 6,
	DEVICE_RNG = 7, /* value: its seed, 0 = the CPU's generator */
	DEVICE_CONSOLE = 8,
	DEVICE_SCREEN = 9,
	DEVICE_IVSHMEM = 10, /* value: where the guest sees the memory; flags: IVSHMEM_SECOND */
	DEVICE_MODULE = 11,  /* no device: a file for the kernel; text: its command line */
	DEVICE_KINDS = 12,
};
#define NIC_ANY_SOURCE 1u /* it may send from other addresses than its own */
#define IVSHMEM_SECOND 2u /* the channel of its doorbell ends here: this is number 1 */
/* An application at whose end of a channel there is a network card has that card's row in its page, too. */
#define INFO_DEVICE_TEXT 32
struct info_device {
	uint32_t kind;  /* enum info_device_kind */
	uint32_t index; /* the how manieth of its kind in this guest, from 0 */
	uint32_t model; /* which of the models of its kind, as the element's attribute lists them */
	uint32_t flags;
	uint32_t channel, memory;    /* index of its row of those tables, ~0 = none */
	uint32_t place;              /* PCI device * 8 + function, 0 = the next free one */
	uint32_t overlay;            /* a disk's: index of the row of memory, ~0 = none */
	uint64_t value;              /* a random number device's seed */
	char text[INFO_DEVICE_TEXT]; /* MAC address, serial number ...; NUL-terminated */
};
#define INFO_OPTIONS_BYTES 512
struct info {
	uint32_t magic, version;
	uint32_t size;    /* bytes of the whole, tables included; multiple of 4096 */
	uint32_t subject; /* own id */
	char name[NAME_BYTES], system[NAME_BYTES];
	uint32_t kind, vcpu_count;
	uint32_t cpu_count;    /* physical CPUs of the system */
	uint32_t cpu_vendor;   /* live: enum cpu_vendor: which hypercall instruction */
	uint64_t tsc_khz;      /* live */
	uint64_t time_unix_ns; /* live: time of day at TSC 0, 0 = unknown */
	uint32_t epoch;        /* live: how often this subject has been restarted */
	uint32_t schedule;     /* live: index of the schedule in force */
	uint64_t rights;       /* RIGHT_* of the subject */
	struct info_table memory, channel, event, line, port, subjects, schedules, shares, device;
	uint64_t guest_memory; /* layers: bytes of the guest's RAM */
	uint32_t guest_vcpus;  /* layers */
	uint32_t guest_boot;   /* layers: enum guest_boot */
	char options
	        [INFO_OPTIONS_BYTES]; /* kernel command line (layer), or the app's own options from the description */
};
enum cpu_vendor { VENDOR_AMD = 0, VENDOR_INTEL = 1 };
enum guest_boot { BOOT_LINUX = 0, BOOT_MULTIBOOT = 1, BOOT_PVH = 2, BOOT_FIRMWARE = 3, BOOT_MULTIBOOT2 = 4 };

#endif
