/* SPDX-License-Identifier: ISC */
#include "apps/console/console_keys.h"

enum { ESCAPE_NONE, ESCAPE_BEGUN, ESCAPE_CSI, ESCAPE_SS3 };
enum {
	KEY_ESCAPE = 0x01,
	KEY_BACKSPACE = 0x0e,
	KEY_TAB = 0x0f,
	KEY_ENTER = 0x1c,
	KEY_CONTROL = 0x1d,
	KEY_SHIFT = 0x2a
};
enum { KEY_ALT = 0x38, EXTENDED = 0x80, FIRST_LETTER_CONTROL = 1, DELETE = 127 };

/* Unshifted and shifted characters by scan code, from code 2 on; a blank has no character. */
static const char plain[] = "1234567890-=\b\tqwertyuiop[]\r\0asdfghjkl;'`\0\\zxcvbnm,./";
static const char shifted[] = "!@#$%^&*()_+\b\tQWERTYUIOP{}\r\0ASDFGHJKL:\"~\0|ZXCVBNM<>?";

static unsigned press(struct display_key *key, unsigned count, unsigned code, bool release)
{
	key[count].code = code & 0x7f;
	key[count].flags = (uint8_t)((code & EXTENDED ? DISPLAY_EXTENDED : 0) | (release ? DISPLAY_RELEASE : 0));
	return count + 1;
}

static unsigned stroke(struct display_key *key, unsigned with, unsigned code)
{
	unsigned count = 0;
	if (with)
		count = press(key, count, with, false);
	count = press(key, count, code, false);
	count = press(key, count, code, true);
	return with ? press(key, count, with, true) : count;
}

static unsigned code_of(const char *characters, char character)
{
	for (unsigned i = 0; i < sizeof plain - 1; i++)
		if (character && characters[i] == character)
			return i + 2;
	return 0;
}

static unsigned character_keys(char character, struct display_key *key)
{
	unsigned code = code_of(plain, character);
	if (character == ' ')
		return stroke(key, 0, 0x39);
	if (character == '\n')
		return stroke(key, 0, KEY_ENTER);
	if (character == DELETE)
		return stroke(key, 0, KEY_BACKSPACE);
	if (code)
		return stroke(key, 0, code);
	code = code_of(shifted, character);
	if (code)
		return stroke(key, KEY_SHIFT, code);
	if (character >= FIRST_LETTER_CONTROL && character <= 26)
		return stroke(key, KEY_CONTROL, code_of(plain, (char)(character + 'a' - 1)));
	return 0;
}

/* CSI or SS3 with a letter. */
static unsigned letter_code(char letter)
{
	static const struct {
		char letter;
		uint8_t code;
	} letters[] = {{'A', 0x48 | EXTENDED},
	               {'B', 0x50 | EXTENDED},
	               {'C', 0x4d | EXTENDED},
	               {'D', 0x4b | EXTENDED},
	               {'H', 0x47 | EXTENDED},
	               {'F', 0x4f | EXTENDED},
	               {'P', 0x3b},
	               {'Q', 0x3c},
	               {'R', 0x3d},
	               {'S', 0x3e}};
	for (unsigned i = 0; i < sizeof letters / sizeof *letters; i++)
		if (letters[i].letter == letter)
			return letters[i].code;
	return 0;
}

/* CSI number ~ */
static unsigned number_code(unsigned number)
{
	static const uint8_t codes[] = {[1] = 0x47 | EXTENDED, [2] = 0x52 | EXTENDED, [3] = 0x53 | EXTENDED,
	                                [4] = 0x4f | EXTENDED, [5] = 0x49 | EXTENDED, [6] = 0x51 | EXTENDED,
	                                [11] = 0x3b,           [12] = 0x3c,           [13] = 0x3d,
	                                [14] = 0x3e,           [15] = 0x3f,           [17] = 0x40,
	                                [18] = 0x41,           [19] = 0x42,           [20] = 0x43,
	                                [21] = 0x44,           [23] = 0x57,           [24] = 0x58};
	return number < sizeof codes ? codes[number] : 0;
}

unsigned console_keys_end(struct console_keys *keys, struct display_key key[CONSOLE_KEYS_MOST])
{
	unsigned escape = keys->escape;
	keys->escape = ESCAPE_NONE;
	return escape == ESCAPE_BEGUN ? stroke(key, 0, KEY_ESCAPE) : 0;
}

static unsigned sequence(struct console_keys *keys, char character, struct display_key *key)
{
	if (character >= '0' && character <= '9' && keys->parameter < 100) {
		keys->parameter = keys->parameter * 10 + (unsigned)(character - '0');
		return 0;
	}
	keys->escape = ESCAPE_NONE;
	unsigned code = character == '~' ? number_code(keys->parameter) : letter_code(character);
	return code ? stroke(key, 0, code) : 0;
}

unsigned console_keys_take(struct console_keys *keys, char character, struct display_key key[CONSOLE_KEYS_MOST])
{
	switch (keys->escape) {
	case ESCAPE_CSI:
	case ESCAPE_SS3:
		return sequence(keys, character, key);
	case ESCAPE_BEGUN:
		if (character == '[' || character == 'O') {
			keys->escape = character == '[' ? ESCAPE_CSI : ESCAPE_SS3;
			keys->parameter = 0;
			return 0;
		}
		if (character == '\033') /* twice: the first one was the key */
			return stroke(key, 0, KEY_ESCAPE);
		keys->escape = ESCAPE_NONE;
		return stroke(key, KEY_ALT, code_of(plain, character) ? code_of(plain, character) : KEY_ESCAPE);
	default:
		if (character != '\033')
			return character_keys(character, key);
		keys->escape = ESCAPE_BEGUN;
		return 0;
	}
}
