/* SPDX-License-Identifier: ISC */
/* Defaults of apps and guests; a guest's layer, and the channels that its serial ports ask for. */
#include <string.h>
#include "tools/device_model.h"
#include "tools/expand.h"

static const struct attribute_default subject_defaults[] = {
        {"level", "x86-64-v2"}, {"family", "0x17"},   {"start", "yes"},      {"audit-budget", "64"},
        {"exit-halt", "yes"},   {"exit-pause", "no"}, {"coinciding", "yes"},
};
static const struct attribute_default app_defaults[] = {
        {"memory", "1M"}, {"features", ""}, {"fpu", "sse"}, {"apic", "x2apic"}, {"options", ""}};
static const struct attribute_default guest_defaults[] = {
        {"memory", "256M"}, {"pages", "2M"}, {"features", "rdrand"}, {"boot", "linux"}};
static const struct attribute_default kernel_defaults[] = {{"kernel", "vmlinuz"}};
/* where Debian's packages seabios and ovmf put them */
static const struct attribute_default bios_defaults[] = {
        {"boot", "firmware"}, {"apic", "xapic"}, {"rom", "/usr/share/seabios/bios-256k.bin"}};
static const struct attribute_default uefi_defaults[] = {{"boot", "firmware"},
                                                         {"apic", "x2apic"},
                                                         {"rom", "/usr/share/OVMF/OVMF_CODE_4M.fd"},
                                                         {"vars", "/usr/share/OVMF/OVMF_VARS_4M.fd"}};
static const struct attribute_default layer_defaults[] = {{"memory", "2M"}};
static const struct attribute_default audit_defaults[] = {
        {"from", "*"}, {"classes", "security safety user system"}, {"records", "256"}};

unsigned expand_cpus(struct compiler *compiler, const xmlNode *subject)
{
	const char *text = node_attribute(compiler, subject, "cpus");
	uint64_t count = 1;
	if (text && (value_number(text, &count) != VALUE_OK || count < 1 || count > 16))
		count = 1;
	return (unsigned)count;
}

unsigned expand_cpu(struct compiler *compiler, const xmlNode *subject, unsigned vcpu)
{
	struct words words = node_words(compiler, subject, "cpu");
	uint64_t cpu = 0;
	if (vcpu >= words.count || value_number(words.word[vcpu], &cpu) != VALUE_OK || cpu > 15)
		return 0;
	return (unsigned)cpu;
}

/* cpu="1" cpus="2" is cpu="1 2"; without cpu it begins at 0; without cpus the list is counted. */
static void expand_cpu_list(struct compiler *compiler, xmlNodePtr subject)
{
	struct words words = node_words(compiler, subject, "cpu");
	node_default(subject, "cpus", report_print(&compiler->report, "%u", words.count ? words.count : 1));
	unsigned count = expand_cpus(compiler, subject);
	uint64_t first = 0;
	if (words.count > 1 || (words.count == 1 && value_number(words.word[0], &first) != VALUE_OK))
		return;
	const char *list = report_print(&compiler->report, "%llu", (unsigned long long)first);
	for (unsigned i = 1; i < count; i++)
		list = report_print(&compiler->report, "%s %llu", list, (unsigned long long)first + i);
	node_set(subject, "cpu", list);
}

struct fault_default {
	const char *kind, *app, *guest;
	bool inject, ignore;
};
static const struct fault_default fault_defaults[] = {
        {"memory", "stop", "stop", true, false},         {"io", "stop", "ignore", true, true},
        {"msr", "stop", "inject", true, true},           {"instruction", "stop", "inject", true, false},
        {"shutdown", "stop", "stop", false, false},      {"entry", "stop", "stop", false, false},
        {"machine-check", "stop", "stop", false, false}, {"layer", "stop", "stop", false, false},
};

static xmlNodePtr find_fault(struct compiler *compiler, xmlNodePtr subject, const char *kind)
{
	EACH_CHILD(node, subject, "on-fault")
	{
		if (!strcmp(node_attribute(compiler, node, "kind"), kind))
			return node;
	}
	return NULL;
}

static void copy_attribute(struct compiler *compiler, xmlNodePtr to, xmlNodePtr from, const char *name)
{
	const char *value = node_attribute(compiler, from, name);
	if (value)
		node_default(to, name, value);
}

/* kind="any" stands for every kind that would stop the subject otherwise and that can be answered like this. */
static void expand_fault(struct compiler *compiler, xmlNodePtr subject, const struct fault_default *fault,
                         xmlNodePtr any)
{
	if (find_fault(compiler, subject, fault->kind))
		return;
	const char *wish = any ? node_attribute(compiler, any, "action") : NULL;
	const char *usual = node_is(subject, "guest") ? fault->guest : fault->app;
	bool fits = wish && !strcmp(usual, "stop") && (strcmp(wish, "inject") || fault->inject) &&
	            (strcmp(wish, "ignore") || fault->ignore);
	xmlNodePtr node = node_add(subject, "on-fault", any ? any : subject);
	node_set(node, "kind", fault->kind);
	if (!fits) {
		node_set(node, "action", usual);
		return;
	}
	node_set(node, "action", wish);
	copy_attribute(compiler, node, any, "times");
	copy_attribute(compiler, node, any, "within");
	copy_attribute(compiler, node, any, "event");
}

static void expand_faults(struct compiler *compiler, xmlNodePtr subject)
{
	xmlNodePtr any = find_fault(compiler, subject, "any");
	for (size_t i = 0; i < sizeof(fault_defaults) / sizeof(fault_defaults[0]); i++)
		if (node_is(subject, "guest") || strcmp(fault_defaults[i].kind, "layer"))
			expand_fault(compiler, subject, &fault_defaults[i], any);
	if (any) {
		xmlUnlinkNode(any);
		xmlFreeNode(any);
	}
	EACH_CHILD(node, subject, "on-fault")
	{
		if (!strcmp(node_attribute(compiler, node, "action"), "restart")) {
			node_default(node, "times", "3");
			node_default(node, "within", "60s");
		}
	}
}

/* console="APP" and heartbeat="APP" are short for a channel to that app, named GUEST.ttySn. */
static void expand_serial(struct compiler *compiler, xmlNodePtr guest, xmlNodePtr serial)
{
	const char *console = node_attribute(compiler, serial, "console");
	const char *heartbeat = node_attribute(compiler, serial, "heartbeat");
	const char *size = node_attribute(compiler, serial, "size");
	if (node_attribute(compiler, serial, "channel") || (!console == !heartbeat))
		return;
	const char *guest_name = node_attribute(compiler, guest, "name");
	const char *name =
	        report_print(&compiler->report, "%s.ttyS%s", guest_name, node_attribute(compiler, serial, "port"));
	xmlNodePtr channel = node_add(guest->parent, "channel", serial);
	node_set(channel, "name", name);
	node_set(channel, "from", guest_name);
	node_set(channel, "to", console ? console : heartbeat);
	node_set(channel, "kind", console ? "duplex" : "one-way");
	node_set(channel, "size", size ? size : console ? "16K" : "4K");
	node_set(channel, "to-role", console ? "console" : "heartbeat");
	node_remove(serial, "console");
	node_remove(serial, "heartbeat");
	node_remove(serial, "size");
	node_set(serial, "channel", name);
}

/* image="console" means console.elf */
static void expand_image(struct compiler *compiler, xmlNodePtr node, const char *usual)
{
	const char *image = node_attribute(compiler, node, "image");
	const char *slash = image ? strrchr(image, '/') : NULL;
	if (!image || !strchr(slash ? slash : image, '.'))
		node_set(node, "image", report_print(&compiler->report, "%s.elf", image ? image : usual));
}

static void expand_guest(struct compiler *compiler, xmlNodePtr guest)
{
	const char *firmware = node_attribute(compiler, guest, "firmware");
	if (firmware && !strcmp(firmware, "bios"))
		EXPAND_DEFAULTS(guest, bios_defaults);
	else if (firmware)
		EXPAND_DEFAULTS(guest, uefi_defaults);
	else
		EXPAND_DEFAULTS(guest, kernel_defaults);
	EXPAND_DEFAULTS(guest, guest_defaults);
	bool linux_boot = !strcmp(node_attribute(compiler, guest, "boot"), "linux");
	bool v3 = !strcmp(node_attribute(compiler, guest, "level"), "x86-64-v3");
	node_default(guest, "fpu", v3 ? "avx" : "sse");
	node_default(guest, "apic", linux_boot ? "x2apic" : "xapic");
	node_default(guest, "cmdline", linux_boot ? "console=ttyS0" : "");
	if (!node_next(guest->children, "layer"))
		node_add(guest, "layer", guest);
	EACH_CHILD(layer, guest, "layer")
	{
		EXPAND_DEFAULTS(layer, layer_defaults);
		expand_image(compiler, layer, "layer");
	}
	unsigned port = 0;
	EACH_CHILD(serial, guest, "serial")
	{
		node_default(serial, "port", report_print(&compiler->report, "%u", port++));
		expand_serial(compiler, guest, serial);
	}
	expand_devices(compiler, guest);
}

/* console="APP": what this app prints goes to that app, by a channel named NAME.console. */
static void expand_console(struct compiler *compiler, xmlNodePtr app)
{
	const char *console = node_attribute(compiler, app, "console");
	if (!console)
		return;
	const char *name = node_attribute(compiler, app, "name");
	xmlNodePtr channel = node_add(app->parent, "channel", app);
	node_set(channel, "name", report_print(&compiler->report, "%s.console", name));
	node_set(channel, "from", name);
	node_set(channel, "to", console);
	node_set(channel, "size", "4K");
	node_set(channel, "from-role", "console");
	node_set(channel, "to-role", "console");
	node_remove(app, "console");
}

static void expand_app(struct compiler *compiler, xmlNodePtr app)
{
	EXPAND_DEFAULTS(app, app_defaults);
	expand_image(compiler, app, node_attribute(compiler, app, "name"));
	expand_console(compiler, app);
	bool reads = false;
	EACH_CHILD(may, app, "may")
	{
		struct words words = value_words(&compiler->report, node_text(compiler, may));
		reads = reads || words_have(&words, "audit.read") || words_have(&words, "audit.*");
	}
	if (reads && !node_next(app->children, "audit"))
		node_add(app, "audit", app);
	EACH_CHILD(audit, app, "audit")
	EXPAND_DEFAULTS(audit, audit_defaults);
}

void expand_subjects(struct compiler *compiler, xmlNodePtr system)
{
	for (xmlNodePtr node = system->children; node; node = node->next) {
		if (!expand_is_subject(node))
			continue;
		EXPAND_DEFAULTS(node, subject_defaults);
		expand_cpu_list(compiler, node);
		if (node_is(node, "guest"))
			expand_guest(compiler, node);
		else
			expand_app(compiler, node);
		expand_faults(compiler, node);
	}
}
