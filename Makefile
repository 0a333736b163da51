# SPDX-License-Identifier: ISC
# Two commands: `make run` (install what is missing, build, boot the demo) and `make test` (everything).
# Quick inner loop: `make check`. All output goes to build/.
#   make run SYSTEM=systems/linux.xml MEMORY=2G CPUS=2     another system, another machine
#   make run MACHINE=bochs [MODEL=corei7_skylake_x]        the same on Intel VT-x
#   make iso SYSTEM=...                                    a bootable image of it, for BIOS and UEFI machines
B := build
MAKEFLAGS += --no-builtin-rules
.SECONDARY:
Q := $(if $(V),,@)
WARN := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wundef -Werror
GCCINC := $(shell gcc -print-file-name=include 2>/dev/null)
DEP = -MMD -MP

# --- freestanding code: core, SDK, applications, layer ---
# no-ipa-reference: gcc would take for granted that a wait changes no static variable, but an interrupt in it does
FREE := -std=c11 -O2 -g -ffreestanding -nostdinc -isystem $(GCCINC) -I. -fno-pic -fno-stack-protector \
	-fcf-protection=none -fno-asynchronous-unwind-tables -ffunction-sections -fdata-sections -fno-common \
	-fno-strict-aliasing -fno-ipa-reference -ffile-prefix-map=$(CURDIR)=. $(WARN)
X86 := -m64 -mno-red-zone -mgeneral-regs-only
LD := ld -m elf_x86_64 -n -z noexecstack -z max-page-size=4096 --build-id=none --gc-sections

MAKEFLAGS += --no-print-directory
.PHONY: all everything checked run image iso test check fuzz smoke bench size clean packages
all: $(B)/core.elf $(B)/bulkhead apps

# --- core for one vendor: which files are linked is the only variation ---
# arch/x86_64/*.c is pure and also runs natively in unit tests; hw/ and vcpu/ touch the machine
X86_HW := $(wildcard arch/x86_64/hw/*.c arch/x86_64/hw/*.S)
X86_SRC := $(wildcard core/*.c arch/x86_64/*.c) $(X86_HW)
VENDORS := amd intel
# Optimised across files. These are fast: without one of them an exit costs a tenth more; the rest is small, at under 1 %.
CORE_HOT := $(addprefix core/,hypercall.c layer.c scheduler.c) $(addprefix arch/x86_64/,cpuid.c lapic.c \
	lapic_register.c lapic_timer.c msr.c $(addprefix vcpu/,exit.c interrupt.c msr.c switch.c) $(addsuffix \
	/exit.c,$(VENDORS)) $(addsuffix /interrupt.c,$(VENDORS)) $(addsuffix /timer.c,$(VENDORS)) intel/assist.c hw/timer.c)
# A switch is comparisons, no indirect jump: smaller, too. Without SSE no stack needs more alignment: two instructions a call.
CORE_DENSE := -fno-jump-tables -mpreferred-stack-boundary=3 -fno-align-functions -fno-align-loops -fno-align-jumps -fno-align-labels
CORE_FLAGS = $(FREE) $(X86) $(CORE_DENSE) $(if $(filter $<,$(CORE_HOT)),,-Oz)
CORE_LINK = gcc -O2 $(CORE_DENSE) -flto=1 -flto-partition=one -g -ffreestanding -fno-pic -no-pie -fno-stack-protector -fcf-protection=none \
	-fno-asynchronous-unwind-tables -fno-strict-aliasing -fno-ipa-reference -fno-common $(X86) -nostdlib -static \
	-Wl,-n,-z,noexecstack,-z,max-page-size=4096,--build-id=none,--gc-sections
define core_rule
$(1)_SRC := $(X86_SRC) $(wildcard arch/x86_64/vcpu/*.c arch/x86_64/$(1)/*.c arch/x86_64/$(1)/*.S)
$(1)_OBJ := $$($(1)_SRC:%=$(B)/core-$(1)/%.o)
$(B)/core-$(1)/%.c.o: %.c Makefile
	@mkdir -p $$(@D)
	$(Q)gcc $$(CORE_FLAGS) -Iarch/x86_64/$(1) -flto $(DEP) -c $$< -o $$@
$(B)/core-$(1)/%.S.o: %.S Makefile
	@mkdir -p $$(@D)
	$(Q)gcc $$(CORE_FLAGS) $(DEP) -c $$< -o $$@
$(B)/core-$(1).elf64: $$($(1)_OBJ) arch/x86_64/core.ld arch/x86_64/layout.ld
	$(Q)$$(CORE_LINK) -Wl,-T,arch/x86_64/core.ld,-Map,$(B)/core-$(1).map $$($(1)_OBJ) -o $$@
endef
$(foreach v,$(VENDORS),$(eval $(call core_rule,$(v))))

# --- the starter: it holds each core, picks one by CPUID, makes all that never changes, and is gone when the core runs ---
START_LIB := lib/config.c lib/config_records.c lib/hash.c lib/placement.c lib/tables.c lib/tables_ept.c
START_SHARED := core/console.c $(addprefix arch/x86_64/hw/,apic.c power.c uart.c timer.c bytes.S)
START_SRC := $(wildcard start/*.c start/x86_64/*.c start/x86_64/*.S) $(START_LIB) $(START_SHARED)
START_PURE := $(addprefix start/x86_64/,acpi.c control.c multiboot.c permission.c ranges.c select.c)
START_FLAGS := $(FREE) $(X86) $(CORE_DENSE) -Oz
$(B)/start/%.c.o: %.c Makefile
	@mkdir -p $(@D)
	$(Q)gcc $(START_FLAGS) $(DEP) -c $< -o $@
$(B)/start/core-%.elf: $(B)/core-%.elf64
	@mkdir -p $(@D)
	$(Q)objcopy --strip-all $< $@
$(B)/start/%.S.o: %.S Makefile
	@mkdir -p $(@D)
	$(Q)gcc $(START_FLAGS) -Wa,-I$(B)/start $(DEP) -c $< -o $@
$(B)/start/start/x86_64/entry.S.o: $(VENDORS:%=$(B)/start/core-%.elf)
START_LINK = $(LD) --no-warn-rwx-segments -T start/x86_64/start.ld
$(B)/core.elf64: $(START_SRC:%=$(B)/start/%.o) start/x86_64/start.ld arch/x86_64/layout.ld
	$(Q)$(START_LINK) $(filter %.o,$^) -o $@
%.elf: %.elf64
	$(Q)objcopy -O elf32-i386 $< $@

# --- nothing of x86 in core/: it compiles for AArch64 too ---
AARCH64_OBJ := $(patsubst %,$(B)/core-aarch64/%.o,$(wildcard core/*.c lib/*.c start/*.c))
$(B)/core-aarch64/%.c.o: %.c Makefile
	@mkdir -p $(@D)
	$(Q)aarch64-linux-gnu-gcc -std=c11 -O2 -ffreestanding -nostdinc -isystem $(shell aarch64-linux-gnu-gcc \
		-print-file-name=include 2>/dev/null) -I. -Iarch/aarch64 -mgeneral-regs-only $(WARN) $(DEP) -c $< -o $@
.PHONY: aarch64
aarch64: $(AARCH64_OBJ)

# --- the starter with a core that only tests what it has been given: tests/boot/run ---
BOOT_TEST := $(B)/boot-test
DELIVERY := $(B)/delivery
$(BOOT_TEST)/core-amd.elf: $(patsubst %,$(B)/core-amd/%.o,tests/boot/main.c arch/x86_64/amd/timer.c $(X86_HW)) arch/x86_64/core.ld
	@mkdir -p $(@D)
	$(Q)$(CORE_LINK) -Wl,-T,arch/x86_64/core.ld $(filter %.o,$^) -o $@
$(BOOT_TEST)/core-intel.elf $(DELIVERY)/core-amd.elf:
	@mkdir -p $(@D)
	@: >$@
$(BOOT_TEST)/entry.S.o: start/x86_64/entry.S $(BOOT_TEST)/core-amd.elf $(BOOT_TEST)/core-intel.elf
	$(Q)gcc $(START_FLAGS) -Wa,-I$(BOOT_TEST) -c $< -o $@
$(B)/boot-test.elf64: $(patsubst %,$(B)/start/%.o,$(filter-out start/system.c %/entry.S,$(START_SRC)) tests/boot/start.c) $(BOOT_TEST)/entry.S.o
	$(Q)$(START_LINK) $^ -o $@

# --- the core for VT-x as it would be if the processor delivered interrupts: tests/guest/delivery ---
$(DELIVERY)/core-intel.elf: $(filter-out %/assist.c.o,$(intel_OBJ)) $(B)/core-intel/tests/emulator/assist.c.o arch/x86_64/core.ld
	@mkdir -p $(@D)
	$(Q)$(CORE_LINK) -Wl,-T,arch/x86_64/core.ld,-s $(filter %.o,$^) -o $@
$(DELIVERY)/entry.S.o: start/x86_64/entry.S $(VENDORS:%=$(DELIVERY)/core-%.elf)
	$(Q)gcc $(START_FLAGS) -Wa,-I$(DELIVERY) -c $< -o $@
$(B)/core-delivery.elf64: $(patsubst %,$(B)/start/%.o,$(filter-out %/entry.S,$(START_SRC))) $(DELIVERY)/entry.S.o
	$(Q)$(START_LINK) $^ -o $@
apps: $(B)/core-delivery.elf

.PHONY: boot-test
boot-test: $(B)/boot-test.elf
	tests/boot/run iso

# --- SDK, applications, virtualization layer: apps/NAME/*.c and devices/ link sdk/ and lib/ ---
SDK_SRC := $(wildcard sdk/*.c sdk/x86_64/*.c sdk/x86_64/*.S) $(wildcard lib/*.c)
SDK_OBJ := $(SDK_SRC:%=$(B)/free/%.o)
$(B)/free/%.c.o: %.c Makefile
	@mkdir -p $(@D)
	$(Q)gcc $(FREE) $(X86) $(DEP) -c $< -o $@
$(B)/free/%.S.o: %.S Makefile
	@mkdir -p $(@D)
	$(Q)gcc $(FREE) $(X86) $(DEP) -c $< -o $@
$(B)/libsdk.a: $(SDK_OBJ)
	$(Q)rm -f $@; ar rcs $@ $^
APP_DIRS := $(notdir $(patsubst %/,%,$(wildcard apps/*/)))
define app_rule
$(B)/$(1).elf: $(patsubst %,$(B)/free/%.o,$(2)) $(B)/libsdk.a sdk/app.ld
	$(Q)$(LD) -T sdk/app.ld $$(filter %.o,$$^) $(B)/libsdk.a -o $$@
apps: $(B)/$(1).elf
endef
.PHONY: apps
$(foreach a,$(APP_DIRS),$(eval $(call app_rule,$(a),$(wildcard apps/$(a)/*.c))))
$(eval $(call app_rule,layer,$(wildcard devices/*.c devices/*/*.c)))
# guest tests: tests/guest/NAME/main.c is an app named test-NAME, with what tests/guest/common offers; a folder without
# sources describes another system for the app of another test
GUEST_TESTS := $(patsubst tests/guest/%/main.c,%,$(wildcard tests/guest/*/main.c))
GUEST_COMMON := $(wildcard tests/guest/common/*.c tests/guest/common/*.S)
$(foreach t,$(GUEST_TESTS),$(eval $(call app_rule,test-$(t),$(wildcard tests/guest/$(t)/*.c tests/guest/$(t)/*.S) $(GUEST_COMMON))))
# guests of 32 bits, whose files are ELF with data and all: what they share is in tests/guest/pc
PC_SRC := $(filter-out %/rom.S,$(wildcard tests/guest/pc/*.c tests/guest/pc/*.S))
$(B)/pc/%.o: % Makefile
	@mkdir -p $(@D)
	$(Q)gcc $(FREE) -m32 -mgeneral-regs-only $(DEP) -c $< -o $@
define pc_rule
$(B)/$(1).elf: $(patsubst %,$(B)/pc/%.o,$(PC_SRC) $(2)) tests/kernels/multiboot2.ld
	$(Q)ld -m elf_i386 -n -z noexecstack --no-warn-rwx-segments --build-id=none -T tests/kernels/multiboot2.ld $$(filter %.o,$$^) -o $$@
apps: $(B)/$(1).elf
endef
$(eval $(call pc_rule,test-devices,$(wildcard tests/guest/devices/*.c)))
$(eval $(call pc_rule,test-pages,$(wildcard tests/guest/pages/*.c)))
RINGS_SRC := $(wildcard tests/guest/attack-rings/pc/*.c tests/guest/attack-rings/pc/*.S)
$(eval $(call pc_rule,test-attack-rings-pc,$(RINGS_SRC)))
# the same one as firmware
$(B)/test-attack-rings.rom: $(patsubst %,$(B)/pc/%.o,$(PC_SRC) $(RINGS_SRC) tests/guest/pc/rom.S) tests/guest/pc/rom.ld
	$(Q)ld -m elf_i386 -n -z noexecstack --no-warn-rwx-segments --build-id=none -T tests/guest/pc/rom.ld $(filter %.o,$^) -o $@.elf
	$(Q)objcopy -O binary $@.elf $@
apps: $(B)/test-attack-rings.rom
# benchmark applications: tests/bench/NAME/main.c is an app named bench-NAME
BENCH_APPS := $(notdir $(patsubst %/main.c,%,$(wildcard tests/bench/*/main.c)))
$(foreach b,$(BENCH_APPS),$(eval $(call app_rule,bench-$(b),$(wildcard tests/bench/$(b)/*.c tests/bench/$(b)/*.S) $(GUEST_COMMON))))

# --- the host tool ---
TOOL_SRC := $(wildcard tools/*.c tools/*/*.c) $(filter-out lib/bytes.c,$(wildcard lib/*.c))
TOOL_FLAGS := -std=c11 -O2 -g -D_GNU_SOURCE -I. $(WARN) $(shell xml2-config --cflags 2>/dev/null)
$(B)/tool/%.c.o: %.c Makefile
	@mkdir -p $(@D)
	$(Q)gcc $(TOOL_FLAGS) $(DEP) -c $< -o $@
$(B)/tool/tools/document.c.o $(B)/unit/obj/tools/document.c.o: systems/bulkhead.xsd
$(B)/bulkhead: $(TOOL_SRC:%=$(B)/tool/%.o)
	$(Q)gcc $^ -lxml2 -o $@

# --- unit tests: every tests/unit/*_test.c is one cmocka program over the same sources, under ASan and UBSan ---
# Core and SDK use the same words (event_wait ...), so they are two archives: a test that includes SDK, applications or
# layer finds its names there, every other test in core, arch and tools; lib is for both.
UNIT_SRC := $(filter-out lib/bytes.c,$(wildcard lib/*.c)) $(wildcard core/*.c arch/host/*.c arch/x86_64/*.c \
	start/*.c start/host/*.c) $(START_PURE) arch/x86_64/intel/assist.c arch/x86_64/intel/check.c $(wildcard tools/*.c tools/*/*.c) \
	$(filter-out %_test.c,$(wildcard tests/unit/*.c))
UNIT_SDK_SRC := $(wildcard sdk/*.c sdk/mock/*.c apps/*/*.c devices/*.c devices/*/*.c)
UNIT_SDK_TESTS := $(shell grep -lsE '^.include "(sdk|apps|devices|tests/unit/device_fixture)[/.]' tests/unit/*_test.c)
UNIT_FLAGS := -std=c11 -O1 -g -D_GNU_SOURCE -I. -Iarch/host $(WARN) -fsanitize=address,undefined -fno-sanitize-recover=all \
	-fno-omit-frame-pointer $(UNIT_EXTRA) $(shell xml2-config --cflags 2>/dev/null)
UNIT_TESTS := $(patsubst tests/unit/%.c,$(B)/unit/%,$(wildcard tests/unit/*_test.c))
$(B)/unit/obj/%.c.o: %.c Makefile
	@mkdir -p $(@D)
	$(Q)clang $(UNIT_FLAGS) $(DEP) -c $< -o $@
$(B)/unit/all.a: $(UNIT_SRC:%=$(B)/unit/obj/%.o)
	$(Q)rm -f $@; ar rcs $@ $^
$(B)/unit/sdk.a: $(UNIT_SDK_SRC:%=$(B)/unit/obj/%.o)
	$(Q)rm -f $@; ar rcs $@ $^
$(UNIT_SDK_TESTS:tests/unit/%.c=$(B)/unit/%): $(B)/unit/sdk.a
$(B)/unit/%_test: $(B)/unit/obj/tests/unit/%_test.c.o $(B)/unit/all.a
	$(Q)clang $(UNIT_FLAGS) $(filter %.o,$^) $(filter %/sdk.a,$^) $(filter %/all.a,$^) -lcmocka -lxml2 -o $@

# --- fuzzing: every tests/fuzz/NAME.c is one libFuzzer program over the same sources; tests/fuzz/run SECONDS runs all ---
FUZZ_FLAGS := $(UNIT_FLAGS) -fsanitize=fuzzer-no-link
FUZZ := $(patsubst tests/fuzz/%.c,$(B)/fuzz/%,$(wildcard tests/fuzz/*.c))
FUZZ_SDK := $(shell grep -lsE '^.include "(sdk|apps|devices|tests/unit/device_fixture)[/.]' tests/fuzz/*.c)
$(B)/fuzz/obj/%.c.o: %.c Makefile
	@mkdir -p $(@D)
	$(Q)clang $(FUZZ_FLAGS) $(DEP) -c $< -o $@
$(B)/fuzz/all.a: $(UNIT_SRC:%=$(B)/fuzz/obj/%.o)
	$(Q)rm -f $@; ar rcs $@ $^
$(B)/fuzz/sdk.a: $(UNIT_SDK_SRC:%=$(B)/fuzz/obj/%.o)
	$(Q)rm -f $@; ar rcs $@ $^
$(FUZZ_SDK:tests/fuzz/%.c=$(B)/fuzz/%): $(B)/fuzz/sdk.a
$(FUZZ): $(B)/fuzz/%: $(B)/fuzz/obj/tests/fuzz/%.c.o $(B)/fuzz/all.a
	$(Q)clang $(FUZZ_FLAGS) -fsanitize=fuzzer $(filter %.o,$^) $(filter %/sdk.a,$^) $(filter %/all.a,$^) -lxml2 -o $@
fuzz: $(FUZZ)

# --- example systems: guests are Debian's own kernel with a small initial RAM disk ---
SYSTEM := systems/demo.xml
MACHINE := qemu
IMAGE := $(B)/$(notdir $(basename $(SYSTEM))).img
GUEST_FILES := $(B)/vmlinuz $(B)/initrd.cpio.gz
$(B)/vmlinuz:
	systems/guest/kernel $(B)
$(B)/initrd.cpio.gz: systems/guest/initrd systems/guest/init
	@mkdir -p $(@D)
	systems/guest/initrd $@
# --- the same with a 32-bit program, for tests/systems ---
$(B)/calls32/initrd.cpio.gz: tests/linux/calls32.c $(B)/initrd.cpio.gz
	@mkdir -p $(@D)
	$(Q)gcc $(FREE) -m32 -mgeneral-regs-only -static -nostdlib -no-pie $< -o $(@D)/calls32
	$(Q)(cat $(B)/initrd.cpio.gz && cd $(@D) && echo calls32 | cpio -o -H newc --quiet | gzip -9n) >$@
# --- the guests of systems/network.xml: Debian's kernel for PCs and drivers of it ---
NETWORK_MODULES := failover net_failover virtio_ring virtio virtio_pci_legacy_dev virtio_pci_modern_dev virtio_pci \
	virtio_net e1000 watchdog i6300esb
NETWORK_FILES := $(B)/vmlinuz-amd64 $(B)/network.cpio.gz
$(B)/vmlinuz-amd64: systems/guest/kernel
	systems/guest/kernel $(B) amd64 $(NETWORK_MODULES) psmouse
	@touch $@
$(B)/network.cpio.gz: systems/guest/initrd systems/guest/init $(B)/vmlinuz-amd64
	systems/guest/initrd $@ $(NETWORK_MODULES:%=$(B)/modules/%.ko)
$(B)/mouse.cpio.gz: systems/guest/initrd systems/guest/init $(B)/vmlinuz-amd64
	systems/guest/kernel $(B) amd64 psmouse # in a tree from before it was wanted
	systems/guest/initrd $@ $(B)/modules/psmouse.ko
.PHONY: network-files
network-files: all $(NETWORK_FILES)
# --- Debian's real-time kernel, for tests/systems ---
$(B)/vmlinuz-rt-amd64: systems/guest/kernel
	systems/guest/kernel $(B) rt-amd64
	@touch $@
# --- the guests of systems/disks.xml and systems/disk.xml: drivers of disks, and an installed Debian ---
DISK_MODULES := scsi_common scsi_mod libata ata_piix sd_mod cdrom sr_mod virtio_ring virtio virtio_pci_modern_dev \
	virtio_pci_legacy_dev virtio_pci virtio_blk virtio_console virtio-rng
$(B)/disks.cpio.gz: systems/guest/initrd systems/guest/init systems/guest/kernel
	systems/guest/kernel $(B)/cloud cloud-amd64 $(DISK_MODULES)
	systems/guest/initrd $@ $(DISK_MODULES:%=$(B)/cloud/modules/%.ko)
$(B)/debian.img: systems/guest/disk systems/guest/disk-setup
	systems/guest/disk $@
.PHONY: disk-files
disk-files: all $(B)/disks.cpio.gz $(B)/debian.img
# --- the guests of systems/shared.xml: a driver for any PCI device, and a program that speaks to shared memory by it ---
SHARED_MODULES := uio uio_pci_generic
$(B)/share: systems/guest/share.c
	@mkdir -p $(@D)
	$(Q)gcc -std=c11 -D_GNU_SOURCE -O2 $(WARN) -static $< -o $@
$(B)/shared.cpio.gz: systems/guest/initrd systems/guest/init systems/guest/kernel $(B)/share
	systems/guest/kernel $(B)/cloud cloud-amd64 $(SHARED_MODULES)
	systems/guest/initrd $@ $(SHARED_MODULES:%=$(B)/cloud/modules/%.ko) $(B)/share
# --- programs that own a PC, for tests/programs: from Debian's packages, not installed ---
$(B)/programs/memtest86+x64.bin:
	systems/guest/package $(B)/programs memtest86+ /boot/memtest86+x64.bin
$(B)/programs/grub.iso: systems/guest/grub-cd
	systems/guest/grub-cd $@
$(B)/programs/ipxe.iso:
	systems/guest/package $(B)/programs ipxe /usr/lib/ipxe/ipxe.iso
$(B)/programs/pxe-e1000.rom:
	systems/guest/package $(B)/programs ipxe-qemu /usr/lib/ipxe/qemu/pxe-e1000.rom
$(B)/programs/u-boot.rom:
	systems/guest/package $(B)/programs u-boot-qemu /usr/lib/u-boot/qemu-x86/u-boot.rom
INSTALLER := /usr/lib/debian-installer/images/12/amd64/text/debian-installer/amd64
$(B)/programs/installer/linux:
	systems/guest/package $(@D) debian-installer-12-netboot-amd64 $(INSTALLER)/linux $(INSTALLER)/initrd.gz
$(B)/programs/gnumach: systems/guest/package
	systems/guest/package $(B)/programs gnumach-image-1.8-486:i386 /boot/gnumach-1.8-486.gz
	gunzip -c $@-1.8-486.gz >$@.new && mv $@.new $@
$(B)/programs/mt: tests/kernels/mach_task.c tests/kernels/multiboot2.ld
	@mkdir -p $(@D)
	$(Q)gcc $(FREE) -m32 -mgeneral-regs-only -Wno-int-to-pointer-cast -c $< -o $@.o
	$(Q)ld -m elf_i386 -n -z noexecstack --no-warn-rwx-segments --build-id=none -T tests/kernels/multiboot2.ld $@.o -o $@
$(B)/programs/mach.iso: systems/guest/grub-cd $(B)/programs/gnumach $(B)/programs/mt
	systems/guest/grub-cd $@ mach $(filter-out systems/%,$^)
$(B)/programs/multiboot2.elf: tests/kernels/multiboot2.c tests/kernels/multiboot2.ld
	@mkdir -p $(@D)
	$(Q)gcc $(FREE) -m32 -mgeneral-regs-only -Wno-int-to-pointer-cast -c $< -o $@.o
	$(Q)ld -m elf_i386 -n -z noexecstack --no-warn-rwx-segments --build-id=none -T tests/kernels/multiboot2.ld $@.o -o $@
$(B)/programs/multiboot2.iso: systems/guest/grub-cd $(addprefix $(B)/programs/,multiboot2.elf memtest86+x64.bin u-boot.rom)
	systems/guest/grub-cd $@ multiboot2 $(filter-out systems/%,$^)
$(B)/programs/modes.img $(B)/programs/shadow.img: $(B)/programs/%.img: tests/kernels/%.S
	@mkdir -p $(@D)
	$(Q)gcc -m32 -c $< -o $@.o
	$(Q)ld -m elf_i386 -Ttext=0x7c00 --oformat binary -e start $@.o -o $@
	$(Q)truncate -s 1M $@
.PHONY: program-files
program-files: all $(addprefix $(B)/programs/,memtest86+x64.bin grub.iso ipxe.iso pxe-e1000.rom u-boot.rom multiboot2.iso modes.img \
	shadow.img installer/linux gnumach mt mach.iso)
image: all $(GUEST_FILES) $(if $(filter %network.xml,$(SYSTEM)),$(NETWORK_FILES)) \
	$(if $(filter %disks.xml,$(SYSTEM)),$(B)/disks.cpio.gz) $(if $(filter %disk.xml,$(SYSTEM)),$(B)/debian.img) \
	$(if $(filter %shared.xml,$(SYSTEM)),$(B)/shared.cpio.gz)
	$(B)/bulkhead build $(SYSTEM) -I $(B) -o $(IMAGE)
iso: packages
	$(Q)$(MAKE) -j2 image
	$(B)/bulkhead iso $(IMAGE) -o $(IMAGE:.img=.iso)
run: packages
	$(Q)$(MAKE) -j2 image
	$(B)/bulkhead run $(IMAGE) --machine $(MACHINE) $(if $(MODEL),--model $(MODEL)) $(if $(MEMORY),--memory $(MEMORY)) \
		$(if $(CPUS),--cpus $(CPUS)) $(if $(filter qemu,$(MACHINE)),-- -action reboot=reset)

# --- tests: tests/README.md says what each is ---
everything: checked image network-files disk-files $(B)/shared.cpio.gz $(B)/mouse.cpio.gz program-files $(B)/vmlinuz-rt-amd64 \
	$(B)/calls32/initrd.cpio.gz fuzz $(B)/boot-test.elf
checked: all aarch64 $(UNIT_TESTS)
	@:
check:
	$(Q)$(MAKE) -j2 checked
	$(Q)tests/check $(UNIT_TESTS)
bench: packages
	$(Q)$(MAKE) -j2 all $(GUEST_FILES) $(B)/vmlinuz-amd64 $(B)/disks.cpio.gz
	$(Q)tests/bench/run
smoke: image
	tests/smoke --machine $(MACHINE)
test: packages
	$(Q)tests/all

size: image
	$(Q)tests/size $(amd_SRC) --intel $(intel_SRC) --start $(START_SRC)

packages:
	tests/packages

clean:
	rm -rf $(B)

-include $(shell find $(B) -name '*.d' 2>/dev/null)
