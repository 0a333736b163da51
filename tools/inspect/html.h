/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_INSPECT_HTML_H
#define TOOLS_INSPECT_HTML_H

#include "tools/inspect/report.h"

/* The chapters of the HTML page; inside tools/inspect/ only. The page has no script and no external resource. */
extern const char html_style[];
void html_subjects(const struct model *model, const struct page *page);
void html_memory(const struct model *model, const struct page *page);
void html_spaces(const struct model *model, const struct page *page);
void html_graph(const struct model *model, const struct page *page);
void html_matrix(const struct model *model, const struct page *page);
void html_schedules(const struct model *model, const struct page *page);
void html_rights(const struct model *model, const struct page *page);
void html_audit(const struct model *model, const struct page *page);
void html_processor(const struct model *model, const struct page *page);
void html_proof(const struct model *model, const struct page *page);

/* Colour class 0..11 of a subject: a guest and its layer have the same. Core and system: 12. */
unsigned html_colour(const struct model *model, uint32_t subject);
/* <span> with the subject's colour and name. */
void html_subject(const struct model *model, const struct page *page, uint32_t subject);

#endif
