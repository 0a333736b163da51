/* SPDX-License-Identifier: ISC */
/* Subjects by themselves: memory, CPUs, who can start them; and the files they are made of. */
#include "abi/hypercall.h"
#include "tools/check.h"
#include "tools/file.h"

#define APP_MEMORY_MAX (INFO_GPA - APP_IMAGE_GPA)
#define GUEST_MEMORY_MIN (UINT64_C(4) << 20)
#define GUEST_MEMORY_MAX (UINT64_C(64) << 30)
#define GUEST_MEMORY_GRANULE (UINT64_C(2) << 20)

static void check_memory_size(struct compiler *compiler, const struct described_subject *s)
{
	int line = s->kind == KIND_LAYER ? s->layer_line : s->line;
	if (s->kind == KIND_GUEST) {
		if (s->memory % GUEST_MEMORY_GRANULE || s->memory < GUEST_MEMORY_MIN || s->memory > GUEST_MEMORY_MAX)
			problem(&compiler->report, line, "E-guest-memory",
			        "a guest of %llu KiB cannot be; use a multiple of 2M from 4M to 64G",
			        (unsigned long long)s->memory >> 10);
	} else if (s->memory > APP_MEMORY_MAX) {
		problem(&compiler->report, line, "E-app-memory-limit",
		        "\"%s\" has more memory than its address space has room for; use at most %lluM", s->name,
		        (unsigned long long)APP_MEMORY_MAX >> 20);
	}
}

/* Halting for real stops the whole CPU: only for a subject that has it for itself. */
static void check_halt(struct compiler *compiler, uint32_t index)
{
	const struct description *d = compiler->description;
	const struct described_subject *s = &d->subject[index];
	if (s->flags & SUBJECT_EXIT_HALT)
		return;
	for (unsigned i = 0; i < d->vcpu_count; i++)
		for (unsigned c = 0; c < s->cpus; c++) {
			uint32_t other = d->vcpu[i].subject;
			if (d->vcpu[i].cpu != s->cpu[c] || other == index || other == s->partner)
				continue;
			problem(&compiler->report, s->line, "E-halt-shared",
			        "exit-halt=\"no\" on CPU %u, which \"%s\" shares with \"%s\"; use exit-halt=\"yes\", "
			        "or another CPU",
			        s->cpu[c], s->name, d->subject[other].name);
			return;
		}
}

static void check_start(struct compiler *compiler, uint32_t index)
{
	const struct description *d = compiler->description;
	const struct described_subject *s = &d->subject[index];
	bool can = s->flags & SUBJECT_START || s->kind == KIND_LAYER;
	for (unsigned i = 0; i < d->subject_count; i++)
		can = can || d->subject[i].over[index] & (RIGHT_START | RIGHT_RESTART);
	for (unsigned i = 0; i < d->event_count; i++)
		can = can || (d->event[i].to == index &&
		              (d->event[i].action == EVENT_START || d->event[i].action == EVENT_RESTART));
	if (!can)
		problem(&compiler->report, s->line, "E-start-nobody",
		        "\"%s\" has start=\"no\", and nobody may start it; give somebody <may "
		        "subject=\"%s\">start</may>",
		        s->name, s->name);
}

void check_subjects(struct compiler *compiler)
{
	for (uint32_t i = 0; i < compiler->description->subject_count; i++) {
		check_memory_size(compiler, &compiler->description->subject[i]);
		check_halt(compiler, i);
		check_start(compiler, i);
	}
}

static void check_guest_files(struct compiler *compiler, const struct described_subject *guest)
{
	const struct file *kernel = guest->kernel ? file_get(compiler, guest->kernel, guest->line) : NULL;
	if (kernel)
		kernel_check(compiler, kernel, guest->boot, guest->line);
	const struct file *initrd = guest->initrd ? file_get(compiler, guest->initrd, guest->line) : NULL;
	uint64_t bytes = (kernel ? kernel->size : 0) + (initrd ? initrd->size : 0);
	if (bytes > guest->memory)
		problem(&compiler->report, guest->line, "E-guest-files",
		        "kernel and initrd have %llu KiB, the guest %llu KiB of memory; give it more, at least twice "
		        "that",
		        (unsigned long long)bytes >> 10, (unsigned long long)guest->memory >> 10);
}

void check_files(struct compiler *compiler)
{
	const struct description *d = compiler->description;
	for (uint32_t i = 0; i < d->subject_count; i++) {
		const struct described_subject *s = &d->subject[i];
		if (s->kind == KIND_GUEST) {
			check_guest_files(compiler, s);
			continue;
		}
		int line = s->kind == KIND_LAYER ? s->layer_line : s->line;
		struct elf elf;
		const struct file *file = file_get(compiler, s->image, line);
		if (file)
			elf_read(compiler, file, APP_IMAGE_GPA + s->memory, line, &elf);
	}
	for (unsigned i = 0; i < d->region_count; i++)
		if (d->region[i].kind == REGION_FILE && d->region[i].file)
			file_get(compiler, d->region[i].file, d->region[i].line);
}
