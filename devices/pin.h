/* SPDX-License-Identifier: ISC */
#ifndef DEVICES_PIN_H
#define DEVICES_PIN_H

#include <stdbool.h>

/*
 * A wire from a device model to whoever takes its level: an interrupt controller's input, the layer's interrupt line.
 * A model calls pin_set whenever its level may have changed; the receiver remembers the level and finds the edges.
 * A pin without `set` is not connected.
 */
struct pin {
	void (*set)(void *owner, unsigned line, bool level);
	void *owner;
	unsigned line;
};

static inline void pin_set(const struct pin *pin, bool level)
{
	if (pin->set)
		pin->set(pin->owner, pin->line, level);
}

#endif
