/* SPDX-License-Identifier: ISC */
#ifndef APPS_CONSOLE_CONSOLE_NAMES_H
#define APPS_CONSOLE_CONSOLE_NAMES_H

#include <stddef.h>
#include <stdint.h>

/* Names for the numbers of abi/, in people's words. Unknown numbers give "?" or show the number. */
const char *console_names_hypercall(uint64_t number);
const char *console_names_exit(uint32_t reason);
const char *console_names_fault(uint64_t fault);
const char *console_names_action(uint64_t action);
const char *console_names_kind(uint32_t kind);
const char *console_names_schedule(uint64_t schedule);
/* A subject by id: its name, "core" for 0xffff, "#7" if the description does not show it to us. */
void console_names_subject(char *to, size_t size, uint64_t id);
/* The same with the number of a system-wide vCPU within the subject: "linux-a/1". */
void console_names_vcpu(char *to, size_t size, uint32_t subject, uint32_t vcpu);

#endif
