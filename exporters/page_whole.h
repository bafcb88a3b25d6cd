/* exporters/page_whole.h: what page.c, page_lead.c and page_first.c share: the case page while it is made. */
#ifndef RS_EXPORTERS_PAGE_WHOLE_H
#define RS_EXPORTERS_PAGE_WHOLE_H

#include "exporters/page.h"
#include "exporters/page_parts.h"

/* What the rest of the page needs of a lead once its section is written. */
typedef struct {
  GString *section;
  GString *regions;    /* for the filter: "p330100 s330106" */
  char *summary;
  GPtrArray *entities; /* of char*: kind digit and id, of all that stand on its lines */
} RsPageLead;

struct RsPage {
  RsCaseSource source;
  RsLanguage language;
  RsNames *names;
  RsCaseRows *rings, *account, *notices, *inputs, *watch, *cleared;
  guint first, n;      /* rows of rings that are shown */
  RsPageLead *lead;    /* [n] */
  bool sheets;         /* the case has a dossier of each lead beside the page */
  const char *digest;
};

/* Compiled in by cmake/embed.cmake. */
#define RS_EMBEDDED(name)                                                                                                            \
  extern const unsigned char rs_page_##name[];                                                                                       \
  extern const size_t rs_page_##name##_length

/* A field of a template: RS_FIELD(name) { ... } and RS_FIELD_OF(name) in the list. */
#define RS_FIELD(name) static void field_##name(RsHtml *html, const void *data)
#define RS_FIELD_OF(name) {#name, field_##name}

static inline const char *rs_page_text(const RsPage *page, guint i, const char *column) {
  return rs_case_rows_text(page->rings, page->first + i, column);
}
static inline int64_t rs_page_integer(const RsPage *page, guint i, const char *column) {
  return rs_case_rows_integer(page->rings, page->first + i, column);
}

/* The fields of page.html that make the first screen, ending with a NULL name; data is the page. */
extern const RsHtmlField rs_page_first_fields[];

#endif
