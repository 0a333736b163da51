/* SPDX-License-Identifier: ISC */
/* <may>, <audit>, <staging> and <deny>: who may do what to whom, who sees what, and what must not flow. */
#include <string.h>
#include "abi/hypercall.h"
#include "tools/parse.h"

#define RIGHT_ALL_SUBJECT (RIGHT_START | RIGHT_STOP | RIGHT_PAUSE | RIGHT_RESUME | RIGHT_RESTART | RIGHT_STATUS)
enum { SEES_STATUS = 1, SEES_AUDIT = 2 };

struct right {
	const char *name;
	uint64_t own, over; /* RIGHT_* of the subject itself, and over others */
	unsigned sees;
};
static const struct right rights[] = {
        {"subject.start", 0, RIGHT_START, 0},
        {"subject.stop", 0, RIGHT_STOP, 0},
        {"subject.pause", 0, RIGHT_PAUSE, 0},
        {"subject.resume", 0, RIGHT_RESUME, 0},
        {"subject.restart", 0, RIGHT_RESTART, 0},
        {"subject.status", 0, RIGHT_STATUS, 0},
        {"subject.*", 0, RIGHT_ALL_SUBJECT, 0},
        {"status.read", 0, 0, SEES_STATUS},
        {"audit.read", 0, 0, SEES_AUDIT},
        {"audit.write", RIGHT_AUDIT_WRITE, 0, 0},
        {"audit.mask", RIGHT_AUDIT_MASK, 0, 0},
        {"audit.*", RIGHT_AUDIT_WRITE | RIGHT_AUDIT_MASK, 0, SEES_AUDIT},
        {"schedule.switch", RIGHT_SCHEDULE_SWITCH, 0, 0},
        {"image.load", RIGHT_IMAGE_LOAD, 0, 0},
        {"self-test", RIGHT_SELF_TEST, 0, 0},
        {"time.set", RIGHT_TIME_SET, 0, 0},
        {"board.reboot", RIGHT_REBOOT, 0, 0},
        {"board.poweroff", RIGHT_POWER_OFF, 0, 0},
        {"board.*", RIGHT_REBOOT | RIGHT_POWER_OFF, 0, 0},
};
/* What no description can give: it belongs to the core, or to a layer about its own guest only. */
static const char *const nobody[] = {"core.", "layer.", "memory.", "vcpu.", "lapic.", "msr.", "hypercall."};

static bool is_nobodys(const char *word)
{
	for (unsigned i = 0; i < COUNT_OF(nobody); i++)
		if (!strncmp(word, nobody[i], strlen(nobody[i])))
			return true;
	return false;
}

static const struct right *find_right(struct compiler *compiler, const char *word, int line)
{
	const char *list = "";
	for (unsigned i = 0; i < COUNT_OF(rights); i++) {
		if (!strcmp(rights[i].name, word))
			return &rights[i];
		list = report_print(&compiler->report, "%s%s%s", list, *list ? ", " : "", rights[i].name);
	}
	if (is_nobodys(word))
		problem(&compiler->report, line, "E-right-nobody",
		        "nobody may have \"%s\"; remove it: the core keeps it, and a layer has what it needs for its "
		        "own guest",
		        word);
	else
		problem(&compiler->report, line, "E-right-unknown", "\"%s\" is no right; use some of: %s", word, list);
	return NULL;
}

static void grant_over(struct description *d, uint32_t subject, uint32_t target, uint64_t over)
{
	d->subject[subject].over[target] |= over;
}

/* Without subject=: over all others, and over layers only the right to see their status. */
static void grant(struct compiler *compiler, const struct right *right, uint32_t subject, const struct words *targets,
                  int line)
{
	struct description *d = compiler->description;
	struct described_subject *s = &d->subject[subject];
	if (right->own & s->rights || (right->sees & SEES_STATUS && s->status_read) ||
	    (right->sees & SEES_AUDIT && s->audit_read))
		problem(&compiler->report, line, "E-right-twice",
		        "\"%s\" gives a right that \"%s\" has already; keep one of the two", right->name, s->name);
	s->rights |= right->own;
	s->status_read = s->status_read || right->sees & SEES_STATUS;
	s->audit_read = s->audit_read || right->sees & SEES_AUDIT;
	if (targets->count && !right->over)
		problem(&compiler->report, line, "E-right-scope",
		        "\"%s\" is not about a subject; give it in a <may> without subject=", right->name);
	for (unsigned i = 0; i < targets->count && right->over; i++) {
		uint32_t target = find_subject(d, targets->word[i]);
		if (target != CONFIG_NONE)
			grant_over(d, subject, target, right->over);
	}
	for (uint32_t i = 0; i < d->subject_count && right->over && !targets->count; i++)
		if (i != subject)
			grant_over(d, subject, i,
			           d->subject[i].kind == KIND_LAYER ? right->over & RIGHT_STATUS : right->over);
}

static void check_targets(struct compiler *compiler, const struct words *targets, uint32_t subject, int line)
{
	struct description *d = compiler->description;
	for (unsigned i = 0; i < targets->count; i++) {
		uint32_t target = find_subject(d, targets->word[i]);
		if (target == CONFIG_NONE)
			problem(&compiler->report, line, "E-right-subject",
			        "subject=\"%s\" names no subject; name an <app> or <guest>", targets->word[i]);
		else if (target == subject)
			problem(&compiler->report, line, "E-right-self",
			        "\"%s\" would have a right over itself; name other subjects", targets->word[i]);
		else if (d->subject[target].kind == KIND_LAYER)
			problem(&compiler->report, line, "E-right-layer",
			        "\"%s\" starts and stops with its guest; name the guest \"%s\"", targets->word[i],
			        d->subject[d->subject[target].partner].name);
	}
}

static void parse_may(struct compiler *compiler, const xmlNode *node, uint32_t subject)
{
	struct description *d = compiler->description;
	int line = node_line(node);
	if (d->subject[subject].kind == KIND_GUEST) {
		problem(&compiler->report, line, "E-right-guest",
		        "a guest can have no rights: it does not know the hypercalls; give them to an app");
		return;
	}
	d->subject[subject].rights_line = line;
	struct words targets = node_words(compiler, node, "subject");
	struct words words = value_words(&compiler->report, node_text(compiler, node));
	check_targets(compiler, &targets, subject, line);
	if (!words.count)
		problem(&compiler->report, line, "E-right-empty", "<may> gives no right; name some, or remove it");
	for (unsigned i = 0; i < words.count; i++) {
		const char *word = words.word[i];
		/* inside <may subject="..."> "restart" is short for "subject.restart" */
		if (targets.count && !strchr(word, '.'))
			word = report_print(&compiler->report, "subject.%s", word);
		const struct right *right = find_right(compiler, word, line);
		if (right)
			grant(compiler, right, subject, &targets, line);
	}
}

static void parse_audit_sources(struct compiler *compiler, const xmlNode *node, struct described_audit *audit)
{
	struct words words = node_words(compiler, node, "from");
	for (unsigned i = 0; i < words.count; i++) {
		uint32_t source = find_subject(compiler->description, words.word[i]);
		if (!strcmp(words.word[i], "*")) {
			audit->sources = ~UINT64_C(0);
			audit->core = true;
		} else if (!strcmp(words.word[i], "core")) {
			audit->core = true;
		} else if (source == CONFIG_NONE) {
			problem(&compiler->report, audit->line, "E-audit-source",
			        "from names \"%s\", which is no subject; name subjects, core, or * for all",
			        words.word[i]);
		} else {
			audit->sources |= UINT64_C(1) << source;
			uint32_t layer = worker(compiler->description, source);
			audit->sources |= layer < CONFIG_MAX_SUBJECTS ? UINT64_C(1) << layer : 0;
		}
	}
}

static void parse_audit(struct compiler *compiler, const xmlNode *node, uint32_t subject)
{
	static const char *const names[] = {"security", "safety", "user", "system"};
	static const uint32_t codes[] = {AUDIT_SECURITY, AUDIT_SAFETY, AUDIT_USER, AUDIT_SYSTEM};
	struct description *d = compiler->description;
	if (!parse_room(compiler, node, d->audit_count, CONFIG_MAX_CONSUMERS, "audit consumers"))
		return;
	struct described_audit *audit = &d->audit[d->audit_count++];
	*audit = (struct described_audit){.subject = subject, .line = node_line(node), .records = 256};
	node_number(compiler, node, "records", 16, 65536, &audit->records);
	if (audit->records & (audit->records - 1))
		problem(&compiler->report, audit->line, "E-audit-records",
		        "records=\"%llu\" is not a power of two; use one from 16 to 65536",
		        (unsigned long long)audit->records);
	struct words words = node_words(compiler, node, "classes");
	for (unsigned i = 0; i < words.count; i++) {
		uint32_t before = audit->classes;
		for (unsigned c = 0; c < COUNT_OF(names); c++)
			audit->classes |= strcmp(names[c], words.word[i]) ? 0 : codes[c];
		if (audit->classes == before)
			problem(&compiler->report, audit->line, "E-audit-class",
			        "\"%s\" is no class, or is named twice; use some of: security safety user system",
			        words.word[i]);
	}
	parse_audit_sources(compiler, node, audit);
	if (!d->subject[subject].audit_read)
		problem(&compiler->report, audit->line, "E-audit-right",
		        "\"%s\" has <audit> but not the right; add <may>audit.read</may>, or remove it",
		        d->subject[subject].name);
}

static void parse_staging(struct compiler *compiler, const xmlNode *node, struct described_subject *subject)
{
	if (subject->staging_line)
		problem(&compiler->report, node_line(node), "E-staging-twice",
		        "a subject has one staging region; remove the second <staging>");
	subject->staging_line = node_line(node);
	subject->staging = 4096;
	node_size(compiler, node, "size", &subject->staging);
	if (!(subject->rights & RIGHT_IMAGE_LOAD))
		problem(&compiler->report, subject->staging_line, "E-staging-right",
		        "\"%s\" has a staging region but not the right; add <may>image.load</may>, or remove it",
		        subject->name);
}

static void parse_deny(struct compiler *compiler, const xmlNode *node)
{
	struct description *d = compiler->description;
	if (!parse_room(compiler, node, d->deny_count, MAX_DENIES, "denied flows"))
		return;
	struct described_deny deny = {.line = node_line(node)};
	deny.from = parse_subject(compiler, node, "from", "E-deny-unknown");
	deny.to = parse_subject(compiler, node, "to", "E-deny-unknown");
	if (deny.from != CONFIG_NONE && deny.from == deny.to)
		problem(&compiler->report, deny.line, "E-deny-self",
		        "a flow from a subject to itself cannot be denied; name two subjects");
	struct words words = node_words(compiler, node, "except");
	for (unsigned i = 0; i < words.count; i++) {
		uint32_t except = find_subject(d, words.word[i]);
		if (except == CONFIG_NONE)
			problem(&compiler->report, deny.line, "E-deny-unknown",
			        "except names \"%s\", which is no subject; name an <app> or <guest>", words.word[i]);
		else if (except == deny.from || except == deny.to)
			problem(&compiler->report, deny.line, "E-deny-except",
			        "except=\"%s\" is an end of the flow; name those in between that it may pass",
			        words.word[i]);
		else
			deny.except |= UINT64_C(1) << except;
	}
	if (deny.from != CONFIG_NONE && deny.to != CONFIG_NONE)
		d->deny[d->deny_count++] = deny;
}

void parse_rights(struct compiler *compiler, xmlNodePtr system)
{
	struct description *d = compiler->description;
	for (uint32_t i = 0; i < d->subject_count; i++) {
		if (!d->subject[i].node)
			continue;
		EACH_CHILD(may, d->subject[i].node, "may")
		parse_may(compiler, may, i);
		EACH_CHILD(audit, d->subject[i].node, "audit")
		parse_audit(compiler, audit, i);
		EACH_CHILD(staging, d->subject[i].node, "staging")
		parse_staging(compiler, staging, &d->subject[i]);
		if (d->subject[i].rights & RIGHT_IMAGE_LOAD && !d->subject[i].staging_line)
			problem(&compiler->report, d->subject[i].rights_line, "E-staging-missing",
			        "image.load needs memory to load from; add <staging size=\"64K\"/> to \"%s\"",
			        d->subject[i].name);
	}
	EACH_CHILD(deny, system, "deny")
	parse_deny(compiler, deny);
}
