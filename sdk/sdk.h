/* SPDX-License-Identifier: ISC */
#ifndef SDK_SDK_H
#define SDK_SDK_H

/* Everything of the SDK. An application may as well include only what it uses. */
#include "sdk/audit.h"
#include "sdk/channel.h"
#include "sdk/clock.h"
#include "sdk/console.h"
#include "sdk/event.h"
#include "sdk/format.h"
#include "sdk/hypercall.h"
#include "sdk/info.h"
#include "sdk/interrupt.h"
#include "sdk/line.h"
#include "sdk/memory.h"
#include "sdk/message.h"
#include "sdk/net.h"
#include "sdk/port.h"
#include "sdk/start.h"
#include "sdk/subject.h"
#include "sdk/system.h"
#include "sdk/uart.h"

#endif
