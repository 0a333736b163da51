/* SPDX-License-Identifier: ISC */
#include "lib/tables.h"

const struct table_format table_format_ept = {
        .table = 0x107, /* read, write, execute, accessed: SDM 3C 28.3.2 */
        .leaf = 0x300,  /* accessed, dirty */
        .large = 0x80,
        .read = 0x1,
        .write = 0x3,     /* writing without reading is no legal entry */
        .execute = 0x5,   /* and fetching without reading only on some processors */
        .cached = 6 << 3, /* write-back */
};
