/* SPDX-License-Identifier: ISC */
/* Figures and texts that every form of the report states, so that they cannot differ between forms. */
#include "tools/inspect/report.h"
#include <stdio.h>
#include <string.h>
#include "lib/capability.h"
#include "lib/config.h"

#define BY_CPUID_AMD(leaf, reg, bit, name, lost) {"AMD-V", name, lost},
#define BY_CPUID_INTEL(leaf, reg, bit, name, lost) {"Intel VT-x", name, lost},
#define BY_CONTROL_INTEL(word, bits, name, lost) {"Intel VT-x", name, lost},
const struct report_capability report_capability[] = {CAPABILITIES_AMD(BY_CPUID_AMD) CAPABILITIES_INTEL(BY_CPUID_INTEL)
                                                              CONTROLS_INTEL(BY_CONTROL_INTEL)};
const size_t report_capability_count = sizeof(report_capability) / sizeof(report_capability[0]);

struct report_sizes report_sizes(const struct model *model)
{
	const struct config_header *config = model->config;
	struct report_sizes sizes = {
	        .package = config->package_size,
	        .config = config->size,
	        .payload = config->package_size - config->size,
	        .core = model->platform.core_size,
	};
	if (model->placed) {
		sizes.pool = model->placement.pool_size;
		sizes.tables = model->placement.table_pages * 4096;
	}
	for (uint32_t i = 0; i < config->table[TABLE_REGION].count; i++) {
		const struct config_region *region = &config_regions(config)[i];
		if (region->kind == REGION_DEVICE || region->kind == REGION_FILE)
			continue;
		sizes.subjects += region->size;
		sizes.channels += region->kind == REGION_CHANNEL ? region->size : 0;
	}
	return sizes;
}

uint64_t report_subject_ram(const struct model *model, uint32_t subject)
{
	uint64_t bytes = 0;
	for (uint32_t i = 0; i < model->config->table[TABLE_REGION].count; i++) {
		const struct config_region *region = &config_regions(model->config)[i];
		if (region->owner == subject && region->kind != REGION_DEVICE && region->kind != REGION_FILE)
			bytes += region->size;
	}
	return bytes;
}

void report_cpus(const struct model *model, uint32_t subject, char text[64])
{
	const struct config_vcpu *vcpu = config_vcpus(model->config);
	uint64_t mask = 0;
	for (uint32_t i = 0; i < model->config->table[TABLE_VCPU].count; i++)
		if (vcpu[i].subject == subject && vcpu[i].cpu < CONFIG_MAX_CPUS)
			mask |= UINT64_C(1) << vcpu[i].cpu;
	snprintf(text, 64, "%s", mask ? "" : "-");
	for (uint32_t cpu = 0; cpu < CONFIG_MAX_CPUS; cpu++) {
		size_t used = strlen(text);
		if (mask >> cpu & 1)
			snprintf(text + used, 64 - used, "%s%u", used ? " " : "", cpu);
	}
}

/* The displayed family and model: SDM 2A CPUID, APM 3 E.3.2. */
static void read_signature(struct report_cpu *cpu, uint32_t signature)
{
	cpu->stepping = signature & 0xf;
	cpu->model = signature >> 4 & 0xf;
	cpu->family = signature >> 8 & 0xf;
	if (cpu->family == 6 || cpu->family == 0xf)
		cpu->model |= signature >> 12 & 0xf0;
	if (cpu->family == 0xf)
		cpu->family += signature >> 20 & 0xff;
}

struct report_cpu report_cpu(const struct model *model, uint32_t subject, enum cpu_vendor host)
{
	const struct config_span span = config_subjects(model->config)[subject].cpuid;
	const struct config_cpuid *row = CONFIG_TABLE(model->config, config_cpuid, TABLE_CPUID);
	struct report_cpu cpu = {.host = host == VENDOR_AMD ? "AMD-V" : "Intel VT-x"};
	for (uint32_t i = host * (span.count / 2); i < (host + 1) * (span.count / 2); i++) {
		const struct config_cpuid *leaf = &row[span.first + i];
		if (leaf->leaf == 0) {
			memcpy(cpu.vendor, &leaf->ebx, 4);
			memcpy(cpu.vendor + 4, &leaf->edx, 4);
			memcpy(cpu.vendor + 8, &leaf->ecx, 4);
		}
		if (leaf->leaf == 1)
			read_signature(&cpu, leaf->eax);
	}
	return cpu;
}

void report_digest(const struct model *model, char text[65])
{
	for (unsigned i = 0; i < 32; i++)
		snprintf(text + 2 * i, 3, "%02x", model->config->digest[i]);
}

const char *report_digest_verdict(const struct model *model)
{
	if (!model->digest_known)
		return "not checked: the payload is cut off";
	return model->digest_good ? "matches the bytes" : "DOES NOT MATCH the bytes";
}

bool report_sound(const struct model *model)
{
	if (!model->placed || model->overlap[0] || !model->digest_good)
		return false;
	for (uint32_t i = 0; i < model_subject_count(model); i++)
		if (model->proof[i].state != PROOF_EQUAL)
			return false;
	return true;
}
