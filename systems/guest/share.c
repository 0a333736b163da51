/* SPDX-License-Identifier: ISC */
/*
 * Sends and receives a file through memory that two guests share, in systems/shared.xml:
 *   share send FILE        share receive FILE        the devices at 00:05.0 (ours) and 00:06.0 (theirs)
 *
 * Each side writes only its own region and reads only the other's. A piece of the file is there when the sender's number
 * has become the next one, and is taken when the receiver's number has followed; after each step a doorbell. So both
 * numbers are equal between two files, and whoever begins first waits. An empty piece ends a file. The other side is not
 * believed: its length is read once and checked, and what it sends are bytes, no more.
 *
 * The interrupt comes by the kernel's uio_pci_generic, which turns it off at the PCI function until we have read the
 * device's status and turn it on again; the rest is sysfs.
 */
#include <fcntl.h>
#include <glob.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEVICE "/sys/bus/pci/devices/0000:00:0%d.0/%s"
enum { OURS = 5, THEIRS = 6 };
enum { INTERRUPT_MASK = 0, INTERRUPT_STATUS = 1, POSITION = 2, DOORBELL = 3 }; /* words of BAR 0 */
enum { REGISTER_BYTES = 256, COMMAND_HIGH = 5, INTX_DISABLE = 4 };

struct mailbox {
	uint32_t number, length;
	uint8_t data[];
};
static volatile uint32_t *registers;
static struct mailbox *ours;
static const struct mailbox *theirs;
static size_t room; /* of data in a region */
static int config, interrupts;
static unsigned bells;

static void check(int good, const char *what)
{
	if (good)
		return;
	perror(what);
	exit(1);
}

static int open_file(unsigned device, const char *name)
{
	char path[96];
	(void)snprintf(path, sizeof(path), DEVICE, device, name);
	int file = open(path, O_RDWR | O_SYNC);
	check(file >= 0, path);
	return file;
}

/* A BAR by its file in sysfs, which is as large as the BAR. */
static void *map(unsigned device, const char *name, int rights, size_t *size)
{
	int file = open_file(device, name);
	struct stat stat;
	check(fstat(file, &stat) == 0, name);
	void *at = mmap(0, (size_t)stat.st_size, rights, MAP_SHARED, file, 0);
	check(at != MAP_FAILED, name);
	*size = (size_t)stat.st_size;
	return at;
}

/* Whether the kernel calls our device's interrupt /dev/uio0 or uio1 is its own affair. */
static int open_interrupts(void)
{
	glob_t found;
	char path[96];
	(void)snprintf(path, sizeof(path), DEVICE, OURS, "uio/uio*");
	check(glob(path, 0, 0, &found) == 0, path);
	(void)snprintf(path, sizeof(path), "/dev/%s", strrchr(found.gl_pathv[0], '/') + 1);
	int file = open(path, O_RDONLY);
	check(file >= 0, path);
	return file;
}

static void ring(void)
{
	registers[DOORBELL] = !registers[POSITION] << 16;
}

/* Until the other side's number is this one. A bell that rang before is still counted, so none is missed. */
static void wait_for(uint32_t number)
{
	uint32_t count;
	uint8_t command;
	while (__atomic_load_n(&theirs->number, __ATOMIC_ACQUIRE) != number) {
		check(read(interrupts, &count, sizeof(count)) == sizeof(count), "waiting for the doorbell");
		bells++;
		(void)registers[INTERRUPT_STATUS];
		check(pread(config, &command, 1, COMMAND_HIGH) == 1, "config");
		command &= (uint8_t)~INTX_DISABLE;
		check(pwrite(config, &command, 1, COMMAND_HIGH) == 1, "config");
	}
}

static void step(uint32_t number)
{
	__atomic_store_n(&ours->number, number, __ATOMIC_RELEASE);
	ring();
}

static uint64_t send_file(int file)
{
	uint64_t bytes = 0;
	ssize_t length;
	do {
		length = read(file, ours->data, room);
		check(length >= 0, "reading the file");
		ours->length = (uint32_t)length;
		uint32_t number = ours->number + 1;
		step(number);
		wait_for(number);
		bytes += (uint64_t)length;
	} while (length);
	return bytes;
}

static uint64_t receive_file(int file)
{
	uint64_t bytes = 0;
	uint32_t length;
	do {
		uint32_t number = ours->number + 1;
		wait_for(number);
		length = __atomic_load_n(&theirs->length, __ATOMIC_RELAXED);
		check(length <= room && write(file, theirs->data, length) == (ssize_t)length, "writing the file");
		step(number);
		bytes += length;
	} while (length);
	return bytes;
}

int main(int argc, char **argv)
{
	size_t size, other;
	int sends = argc == 3 && !strcmp(argv[1], "send");
	if (!sends && (argc != 3 || strcmp(argv[1], "receive"))) {
		(void)fprintf(stderr, "share send FILE | share receive FILE\n");
		return 2;
	}
	int file = sends ? open(argv[2], O_RDONLY) : open(argv[2], O_WRONLY | O_CREAT | O_TRUNC, 0600);
	check(file >= 0, argv[2]);
	registers = map(OURS, "resource0", PROT_READ | PROT_WRITE, &size);
	theirs = map(THEIRS, "resource2", PROT_READ, &other);
	ours = map(OURS, "resource2", PROT_READ | PROT_WRITE, &size);
	room = (size < other ? size : other) - sizeof(*ours);
	interrupts = open_interrupts();
	config = open_file(OURS, "config");
	registers[INTERRUPT_MASK] = 1;
	uint64_t bytes = sends ? send_file(file) : receive_file(file);
	printf("%s %llu bytes, %u doorbells\n", sends ? "sent" : "received", (unsigned long long)bytes, bells);
	return 0;
}
