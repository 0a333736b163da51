/* SPDX-License-Identifier: ISC */
/*
 * The first task of a GNU Mach kernel, for tests/programs: what the Hurd's first server is to it. It opens the console
 * with the device port that it is given, asks for a line, and says what it has read and that its memory is good.
 *
 * Traps: a far call through selector 7, their number negated in EAX, arguments as a C function's. Requests to the kernel are
 * messages of the interface `device`, subsystem 2800 (device/device.defs): each datum behind a word that says its type.
 */
#include <stdint.h>

enum { OPEN = 2800, WRITE_INBAND = 2803, READ_INBAND = 2805, READ_AND_WRITE = 3 };
enum { COPY_SEND = 19, MAKE_SEND_ONCE = 21, SEND_AND_RECEIVE = 3, INLINE_MAX = 128, NAME_BYTES = 128 };
enum { ARGUMENT_DEVICE_PORT = 2, MEMORY_BYTES = 8 << 20 };
#define TYPE_INLINE 0x10000000u
#define TYPE_LONG 0x20000000u
#define TYPE_INTEGER (TYPE_INLINE | 1 << 16 | 32 << 8 | 2)
#define TYPE_CHARACTERS (TYPE_INLINE | 8 << 8 | 8)
#define TYPE_STRING 12

struct message {
	uint32_t bits, size, remote, local, sequence, id;
	uint32_t body[64];
};

__asm__(".text\n"
        ".globl start\n"
        "start: movl %esp, %eax\n"
        "andl $-16, %esp\n"
        "subl $12, %esp\n"
        "pushl %eax\n call begin\n"
        "message_trap: movl $-25, %eax\n lcall $7, $0\n ret\n"
        "reply_port: movl $-26, %eax\n lcall $7, $0\n ret\n"
        "own_port: movl $-28, %eax\n lcall $7, $0\n ret\n"
        "print_trap: movl $-30, %eax\n lcall $7, $0\n ret\n"
        "allocate: movl $-65, %eax\n lcall $7, $0\n ret\n");
uint32_t message_trap(struct message *message, uint32_t option, uint32_t send_bytes, uint32_t receive_bytes,
                      uint32_t port, uint32_t timeout, uint32_t notify);
uint32_t reply_port(void), own_port(void);
uint32_t allocate(uint32_t task, uint32_t *address, uint32_t bytes, uint32_t anywhere);
void print_trap(const char *text);
void begin(const uint32_t *stack);

static uint32_t port_of_replies, console;

/* The answer is in the same place: its body begins with the type of the result, the result. */
static uint32_t request(struct message *message, uint32_t port, uint32_t id, uint32_t body_bytes)
{
	message->bits = COPY_SEND | MAKE_SEND_ONCE << 8;
	message->size = 24 + body_bytes;
	message->remote = port;
	message->local = port_of_replies;
	message->id = id;
	uint32_t wrong = message_trap(message, SEND_AND_RECEIVE, message->size, sizeof *message, port_of_replies, 0, 0);
	return wrong ? wrong : message->body[1];
}

static uint32_t open_console(uint32_t master)
{
	static const char name[] = "console";
	struct message message = {.body = {TYPE_INTEGER, READ_AND_WRITE, TYPE_INLINE | TYPE_LONG,
	                                   (uint32_t)NAME_BYTES * 8 << 16 | TYPE_STRING, 1}};
	__builtin_memcpy(&message.body[5], name, sizeof name);
	uint32_t wrong = request(&message, master, OPEN, 20 + NAME_BYTES);
	console = message.body[3];
	return wrong;
}

static void print(const char *text)
{
	uint32_t length = 0;
	while (text[length] && length < INLINE_MAX)
		length++;
	struct message message = {.body = {TYPE_INTEGER, 0, TYPE_INTEGER, 0, TYPE_CHARACTERS | length << 16}};
	__builtin_memcpy(&message.body[5], text, length);
	(void)request(&message, console, WRITE_INBAND, 20 + ((length + 3) & ~3u));
}

static char read_character(void)
{
	struct message message = {.body = {TYPE_INTEGER, 0, TYPE_INTEGER, 0, TYPE_INTEGER, 1}};
	return request(&message, console, READ_INBAND, 24) ? 0 : (char)message.body[3];
}

static void read_line(char *line, unsigned limit)
{
	unsigned length = 0;
	for (char c = read_character(); c != '\r' && c != '\n'; c = read_character())
		if (length < limit - 1)
			line[length++] = c;
	line[length] = 0;
}

/* Memory of its own, each page of which is a fault: zero before, and then what was written. */
static const char *try_memory(void)
{
	uint32_t address = 0, wrong = 0;
	if (allocate(own_port(), &address, MEMORY_BYTES, 1))
		return "memory: refused\r\n";
	volatile uint32_t *word = (volatile uint32_t *)address;
	for (uint32_t i = 0; i < MEMORY_BYTES / 4; i += 256) {
		wrong |= word[i];
		word[i] = i * 2654435761u;
	}
	for (uint32_t i = 0; i < MEMORY_BYTES / 4; i += 256)
		wrong |= word[i] ^ i * 2654435761u;
	return wrong ? "memory: wrong\r\n" : "memory: 8 MiB are good\r\n";
}

static uint32_t number(const char *text)
{
	uint32_t value = 0;
	while (*text >= '0' && *text <= '9')
		value = value * 10 + (uint32_t)(*text++ - '0');
	return value;
}

/* On the stack: how many arguments, then the arguments. */
void begin(const uint32_t *stack)
{
	char line[64];
	port_of_replies = reply_port();
	if (stack[0] > ARGUMENT_DEVICE_PORT && !open_console(number((const char *)stack[1 + ARGUMENT_DEVICE_PORT]))) {
		print("task: the console is open\r\n");
		print(try_memory());
		for (;;) {
			print("line? ");
			read_line(line, sizeof line);
			print("\r\nread: ");
			print(line);
			print("\r\n");
		}
	}
	print_trap("task: no console\n");
	print_trap(try_memory());
	for (;;)
		(void)request(&(struct message){0}, 0, 0, 0);
}
