/* exporters/page_parts.h: the parts of the case page, for other pages too (a dossier): each writes one block of HTML that can be read without
 * scripts. Styles are in exporters/page/style.css. */
#ifndef RS_EXPORTERS_PAGE_PARTS_H
#define RS_EXPORTERS_PAGE_PARTS_H

#include "exporters/html.h"
#include "exporters/story.h"

/* ---- names ---- */

/* What the case says of its entities: from table entity, and the institutions that only table institution has. */
typedef struct RsNames RsNames;
RsNames *rs_names_new(const RsCaseSource *source, GError **error);
void rs_names_free(RsNames *names); /* NULL allowed */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RsNames, rs_names_free)
typedef struct {
  const char *label, *region; /* "" where there is none; a label that is the id counts as none */
  bool watched;               /* on the watch list */
} RsName;
RsName rs_names_get(const RsNames *names, RsKind kind, const char *id);
/* The entities in order of kind and id; returns false past the last. */
bool rs_names_at(const RsNames *names, guint i, RsKind *kind, const char **id, RsName *name);

/* The id, the label where there is one, and a mark where it is watched. */
void rs_page_entity(RsHtml *html, const RsNames *names, RsKind kind, const char *id);

/* ---- one lead ---- */

/* Facts and counter-facts with their points, and the sum. */
void rs_page_facts(RsHtml *html, const RsRingStory *story);
/* People, outlets, doctors or drugs with bursts, lines, money and its part from the pooled fund; what is over max is summed up in a last
 * row, so that the columns add up to the lead's. sheet: a page with an anchor for each (exporters/dossier.h), that their ids link to, or NULL. */
void rs_page_shares(RsHtml *html, const RsRingStory *story, const RsNames *names, RsKind kind, guint max, const char *sheet);
/* Bursts as a table, at most max. */
void rs_page_bursts(RsHtml *html, const RsRingStory *story, const RsNames *names, guint max);
/* What goes together on its lines. */
void rs_page_rules(RsHtml *html, const RsRingStory *story, const RsNames *names);
/* The lines that most facts rest on. */
void rs_page_lines(RsHtml *html, const RsRingStory *story, const RsNames *names);
/* When: an outlet a row, a day a column, and below the hours of the day. Nothing without dates. */
void rs_page_strip(RsHtml *html, const RsRingStory *story, const RsNames *names);

/* ---- graphs ---- */

#define RS_PAGE_NODES 300u
#define RS_PAGE_EDGES 1500u
/* A picture as SVG, with what a script needs to make it move. Of more than RS_PAGE_NODES nodes the picture keeps as many (members first) and the
 * others are counted by kind; of more than RS_PAGE_EDGES edges the strongest of each node are drawn. name: of the lead, for the reader. */
void rs_page_graph(RsHtml *html, RsPicture *picture, const char *name);

#endif
