/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "start/x86_64/select.h"

#define SVMDIS 0x10u
#define VM_CR_LOCK 0x08u

static void each_vendor_gets_its_core(void **state)
{
	const char *why;
	(void)state;
	assert_int_equal(select_core(&(struct select_cpu){.svm = true}, &why), SELECT_AMD);
	assert_int_equal(select_core(&(struct select_cpu){.svm = true, .vm_cr = VM_CR_LOCK}, &why), SELECT_AMD);
	assert_int_equal(select_core(&(struct select_cpu){.vmx = true, .feature_control = 5}, &why), SELECT_INTEL);
}

/* The core locks it itself then. */
static void vmx_that_nobody_has_locked_is_not_locked_off(void **state)
{
	const char *why;
	(void)state;
	assert_int_equal(select_core(&(struct select_cpu){.vmx = true}, &why), SELECT_INTEL);
	assert_int_equal(select_core(&(struct select_cpu){.vmx = true, .feature_control = 4}, &why), SELECT_INTEL);
}

/* Exactly one sentence that names the feature and the place; two lines of a screen, three for all that can be missing. */
static void assert_said(const struct select_cpu *cpu, const char *feature, const char *where, size_t room)
{
	const char *why = NULL;
	assert_int_equal(select_core(cpu, &why), SELECT_NONE);
	assert_non_null(strstr(why, feature));
	assert_non_null(strstr(why, where));
	assert_non_null(strstr(why, "set-up"));
	assert_ptr_equal(strchr(why, '.'), why + strlen(why) - 1);
	assert_true(strlen(why) <= room);
}

static void a_cpu_with_neither_is_told_about_both(void **state)
{
	const struct select_cpu cpu = {0};
	(void)state;
	assert_said(&cpu, "AMD-V (SVM)", "\"SVM Mode\"", 240);
	assert_said(&cpu, "Intel VT-x (VMX)", "\"Intel Virtualization Technology\"", 240);
}

static void svm_that_firmware_has_turned_off_is_named(void **state)
{
	(void)state;
	assert_said(&(struct select_cpu){.svm = true, .vm_cr = SVMDIS}, "AMD-V (SVM)", "\"SVM Mode\"", 160);
	assert_said(&(struct select_cpu){.svm = true, .vm_cr = SVMDIS | VM_CR_LOCK}, "AMD-V (SVM)", "\"SVM Mode\"",
	            160);
}

static void vmx_that_firmware_has_locked_off_is_named(void **state)
{
	(void)state;
	for (uint64_t other = 0; other < 0x100; other += 2) {
		const struct select_cpu cpu = {.vmx = true, .feature_control = (other & ~UINT64_C(4)) | 1};
		assert_said(&cpu, "Intel VT-x (VMX)", "\"Intel Virtualization Technology\"", 160);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(each_vendor_gets_its_core),
	        cmocka_unit_test(vmx_that_nobody_has_locked_is_not_locked_off),
	        cmocka_unit_test(a_cpu_with_neither_is_told_about_both),
	        cmocka_unit_test(svm_that_firmware_has_turned_off_is_named),
	        cmocka_unit_test(vmx_that_firmware_has_locked_off_is_named),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
