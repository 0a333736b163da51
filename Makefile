# SPDX-License-Identifier: ISC
# Two commands: `make run` (install what is missing, build, boot the demo) and `make test` (everything).
# Quick inner loop: `make check`. All output goes to build/.
B := build
MAKEFLAGS += --no-builtin-rules
WARN := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wundef -Werror
GCCINC := $(shell gcc -print-file-name=include)
DEP = -MMD -MP

# --- freestanding code: core, SDK, applications, layer ---
FREE := -std=c11 -O2 -g -ffreestanding -nostdinc -isystem $(GCCINC) -I. -fno-pic -fno-stack-protector \
	-fcf-protection=none -fno-asynchronous-unwind-tables -ffunction-sections -fdata-sections -fno-common \
	-fno-strict-aliasing $(WARN)
X86 := -m64 -mno-red-zone -mgeneral-regs-only
LD := ld -m elf_x86_64 -n -z noexecstack -z max-page-size=4096 --build-id=none --gc-sections

.PHONY: all run test check fuzz smoke size bench clean packages
all: $(B)/core-amd.elf $(B)/bulkhead apps

# --- core for one vendor: which files are linked is the only variation ---
CORE_LIB := lib/bytes.c $(wildcard lib/config*.c) lib/hash.c lib/placement.c lib/tables.c lib/text.c
CORE_SRC := $(wildcard core/*.c) $(CORE_LIB)
X86_SRC := $(wildcard arch/x86_64/*.c arch/x86_64/boot/*.c arch/x86_64/boot/*.S)
AMD_SRC := $(CORE_SRC) $(X86_SRC) $(wildcard arch/x86_64/amd/*.c arch/x86_64/amd/*.S)
AMD_OBJ := $(AMD_SRC:%=$(B)/core-amd/%.o)
$(B)/core-amd/%.c.o: %.c
	@mkdir -p $(@D)
	gcc $(FREE) $(X86) -Iarch/x86_64/amd $(DEP) -c $< -o $@
$(B)/core-amd/%.S.o: %.S
	@mkdir -p $(@D)
	gcc $(FREE) $(X86) -Iarch/x86_64/amd $(DEP) -c $< -o $@
$(B)/core-amd.elf64: $(AMD_OBJ) arch/x86_64/boot/core.ld
	$(LD) -T arch/x86_64/boot/core.ld -Map $(B)/core-amd.map $(AMD_OBJ) -o $@
$(B)/core-amd.elf: $(B)/core-amd.elf64
	objcopy -O elf32-i386 $< $@

# --- SDK, applications, virtualization layer: apps/NAME/*.c and devices/ link sdk/ and lib/ ---
SDK_SRC := $(wildcard sdk/*.c sdk/*.S) $(wildcard lib/*.c)
SDK_OBJ := $(SDK_SRC:%=$(B)/free/%.o)
$(B)/free/%.c.o: %.c
	@mkdir -p $(@D)
	gcc $(FREE) $(X86) $(DEP) -c $< -o $@
$(B)/free/%.S.o: %.S
	@mkdir -p $(@D)
	gcc $(FREE) $(X86) $(DEP) -c $< -o $@
$(B)/libsdk.a: $(SDK_OBJ)
	rm -f $@; ar rcs $@ $^
APP_DIRS := $(notdir $(patsubst %/,%,$(wildcard apps/*/)))
define app_rule
$(B)/$(1).elf: $(patsubst %,$(B)/free/%.o,$(2)) $(B)/libsdk.a sdk/app.ld
	$(LD) -T sdk/app.ld $$(filter %.o,$$^) $(B)/libsdk.a -o $$@
apps: $(B)/$(1).elf
endef
.PHONY: apps
$(foreach a,$(APP_DIRS),$(eval $(call app_rule,$(a),$(wildcard apps/$(a)/*.c))))
$(eval $(call app_rule,layer,$(wildcard devices/*.c devices/*/*.c)))
# guest tests: tests/guest/NAME/main.c is an app named test-NAME
$(foreach t,$(notdir $(patsubst %/,%,$(wildcard tests/guest/*/))),$(eval $(call app_rule,test-$(t),$(wildcard tests/guest/$(t)/*.c))))

# --- the host tool ---
TOOL_SRC := $(wildcard tools/*.c tools/*/*.c) $(filter-out lib/bytes.c,$(wildcard lib/*.c))
TOOL_FLAGS := -std=c11 -O2 -g -D_GNU_SOURCE -I. $(WARN) $(shell xml2-config --cflags 2>/dev/null)
$(B)/tool/%.c.o: %.c
	@mkdir -p $(@D)
	gcc $(TOOL_FLAGS) $(DEP) -c $< -o $@
$(B)/bulkhead: $(TOOL_SRC:%=$(B)/tool/%.o)
	gcc $^ -lxml2 -o $@

# --- unit tests: every tests/unit/*_test.c is one cmocka program over the same sources, under ASan and UBSan ---
UNIT_SRC := $(filter-out lib/bytes.c,$(wildcard lib/*.c)) $(wildcard core/*.c arch/host/*.c arch/x86_64/*.c \
	devices/*.c devices/*/*.c sdk/mock/*.c tools/*.c tools/*/*.c) $(wildcard apps/*/*.c) tests/unit/sample.c
UNIT_FLAGS := -std=c11 -O1 -g -D_GNU_SOURCE -I. -Iarch/host $(WARN) -fsanitize=address,undefined -fno-sanitize-recover=all \
	-fno-omit-frame-pointer $(shell xml2-config --cflags 2>/dev/null)
UNIT_TESTS := $(patsubst tests/unit/%.c,$(B)/unit/%,$(wildcard tests/unit/*_test.c))
$(B)/unit/obj/%.c.o: %.c
	@mkdir -p $(@D)
	clang $(UNIT_FLAGS) $(DEP) -c $< -o $@
$(B)/unit/all.a: $(UNIT_SRC:%=$(B)/unit/obj/%.o)
	rm -f $@; ar rcs $@ $^
$(B)/unit/%_test: $(B)/unit/obj/tests/unit/%_test.c.o $(B)/unit/all.a
	clang $(UNIT_FLAGS) $^ -lcmocka -lxml2 -o $@

# --- fuzzing: every tests/fuzz/NAME.c is one libFuzzer program over the same sources; tests/fuzz/run SECONDS runs all ---
FUZZ_FLAGS := $(UNIT_FLAGS) -fsanitize=fuzzer-no-link
FUZZ := $(patsubst tests/fuzz/%.c,$(B)/fuzz/%,$(wildcard tests/fuzz/*.c))
$(B)/fuzz/obj/%.c.o: %.c
	@mkdir -p $(@D)
	clang $(FUZZ_FLAGS) $(DEP) -c $< -o $@
$(B)/fuzz/all.a: $(UNIT_SRC:%=$(B)/fuzz/obj/%.o)
	rm -f $@; ar rcs $@ $^
$(FUZZ): $(B)/fuzz/%: $(B)/fuzz/obj/tests/fuzz/%.c.o $(B)/fuzz/all.a
	clang $(FUZZ_FLAGS) -fsanitize=fuzzer $^ -lxml2 -o $@
fuzz: $(FUZZ)

check: all $(UNIT_TESTS)
	tests/check $(UNIT_TESTS)

packages:
	tests/packages

clean:
	rm -rf $(B)

-include $(shell find $(B) -name '*.d' 2>/dev/null)
