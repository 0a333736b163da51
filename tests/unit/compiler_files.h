/* SPDX-License-Identifier: ISC */
#ifndef TESTS_UNIT_COMPILER_FILES_H
#define TESTS_UNIT_COMPILER_FILES_H

#include <elf.h>
#include <string.h>
#include "abi/info.h"
#include "tools/file.h"

/* Files for the compiler that exist in memory only: app.elf and layer.elf (text, data), vmlinuz, initrd, rom. */
struct compiler_files {
	struct file file[5];
	struct {
		Elf64_Ehdr header;
		Elf64_Phdr program[2];
		uint8_t text[64], data[32];
	} elf;
	uint8_t kernel[1024], initrd[100], rom[128 << 10];
};

static inline void compiler_files_elf(struct compiler_files *files)
{
	files->elf.header = (Elf64_Ehdr){.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
	                                 .e_type = ET_EXEC,
	                                 .e_machine = EM_X86_64,
	                                 .e_entry = APP_IMAGE_GPA,
	                                 .e_phoff = sizeof(Elf64_Ehdr),
	                                 .e_phentsize = sizeof(Elf64_Phdr),
	                                 .e_phnum = 2};
	files->elf.program[0] = (Elf64_Phdr){.p_type = PT_LOAD,
	                                     .p_flags = PF_R | PF_X,
	                                     .p_offset = offsetof(__typeof__(files->elf), text),
	                                     .p_vaddr = APP_IMAGE_GPA,
	                                     .p_filesz = sizeof(files->elf.text),
	                                     .p_memsz = sizeof(files->elf.text)};
	files->elf.program[1] = (Elf64_Phdr){.p_type = PT_LOAD,
	                                     .p_flags = PF_R | PF_W,
	                                     .p_offset = offsetof(__typeof__(files->elf), data),
	                                     .p_vaddr = APP_IMAGE_GPA + 4096,
	                                     .p_filesz = sizeof(files->elf.data),
	                                     .p_memsz = 5000};
}

static inline void compiler_files_add(struct compiler *compiler, struct file *file, const char *name, const void *bytes,
                                      uint64_t size)
{
	*file = (struct file){compiler->files, name, name, bytes, size};
	compiler->files = file;
}

static inline void compiler_files_open(struct compiler_files *files, struct compiler *compiler)
{
	compiler_files_elf(files);
	memcpy(files->kernel + 0x202, "HdrS", 4);
	files->initrd[0] = 1;
	compiler_files_add(compiler, &files->file[0], "app.elf", &files->elf, sizeof(files->elf));
	compiler_files_add(compiler, &files->file[1], "layer.elf", &files->elf, sizeof(files->elf));
	compiler_files_add(compiler, &files->file[2], "vmlinuz", files->kernel, sizeof(files->kernel));
	compiler_files_add(compiler, &files->file[3], "initrd", files->initrd, sizeof(files->initrd));
	compiler_files_add(compiler, &files->file[4], "rom", files->rom, sizeof(files->rom));
}

#endif
