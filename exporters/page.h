/* exporters/page.h: CASE/index.html: the case as one file for a browser, without anything beside it and without a request to anywhere.
 *
 * First screen: what was read and that it adds up, what was examined and what not, the ranked leads. Then one section a lead: five lines, the
 * graph, when and where, facts and counter-facts, money, claim lines. Tables and SVG can be read without scripts; with them the page sorts,
 * filters, searches and (where the build had cytoscape.js, exporters/page/install.sh) moves the graphs. A Content-Security-Policy in the page
 * forbids all requests and every script but these.
 *
 * Text of the case becomes HTML in exporters/html.c alone; parts that other pages can use are in exporters/page_parts.h.
 * From memory or from a folder, in any number of threads, in any locale: the same bytes; but only the page of a case made with dossiers, in its
 * folder, links to them.
 * Cost: some 40 KB and 1 ms a lead; one walk over its evidence. */
#ifndef RS_EXPORTERS_PAGE_H
#define RS_EXPORTERS_PAGE_H

#include "base/output.h"
#include "exporters/case_source.h"

typedef struct RsPage RsPage;
/* ring_id: the page of one lead; NULL: of all. error: RS_ERROR_INPUT. */
RsPage *rs_page_new(const RsCaseSource *source, const char *ring_id, RsLanguage language, GError **error);
void rs_page_free(RsPage *page); /* NULL allowed */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RsPage, rs_page_free)
guint rs_page_leads(const RsPage *page);
/* Makes the section of lead i of rs_page_leads(), in order of rank; picture: the lead's, which is cut down to what is drawn. From memory, leads may
 * be added by several threads at once. error: RS_ERROR_INPUT, RS_ERROR_INTEGRITY: a folder that does not add up. */
bool rs_page_add(RsPage *page, guint i, RsPicture *picture, GError **error);
/* The whole, after every lead was added. digest: the result digest, hex. */
void rs_page_write(RsPage *page, const char *digest, RsOutput *output);

/* All of it from a case folder. error: as above. */
bool rs_page_write_case(const RsCaseRead *read, const char *ring_id, RsLanguage language, RsOutput *output, GError **error);

/* "3.34.4", or NULL: built without, the graphs stand still. Static. */
const char *rs_page_cytoscape_version(void);

#endif
