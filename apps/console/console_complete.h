/* SPDX-License-Identifier: ISC */
#ifndef APPS_CONSOLE_CONSOLE_COMPLETE_H
#define APPS_CONSOLE_CONSOLE_COMPLETE_H

#include "apps/console/console_app.h"

/* The tabulator key: completes the word before the cursor as far as it is certain, else lists what it can become. */
void console_complete(struct console_app *app);

#endif
