/* exporters/case_files.h: the files of a case folder, as they are finished: whoever wrote one computes its checksum while it is still in
 * memory, and waiters beside make it durable (base/waiters.h), so that nobody else has to. */
#ifndef RS_EXPORTERS_CASE_FILES_H
#define RS_EXPORTERS_CASE_FILES_H

#include <glib.h>
#include <stdbool.h>

typedef struct RsCaseFiles RsCaseFiles;

/* names: relative paths (char *), in the manifest's order; copied. */
RsCaseFiles *rs_case_files_new(const char *folder, const GPtrArray *names);
/* The file is written and closed. Any thread; each name once. error: RS_ERROR_IO. */
bool rs_case_files_done(RsCaseFiles *files, const char *name, GError **error);
/* Something else, a file or a folder, that must be on the disk with them; path is taken. */
void rs_case_files_beside(RsCaseFiles *files, char *path);
/* Waits until all that is done is on the disk. Nothing may be done after it. error: RS_ERROR_IO: one that failed. */
bool rs_case_files_sync(RsCaseFiles *files, GError **error);
/* Of RsManifestFile, in order; borrowed. */
const GPtrArray *rs_case_files_all(const RsCaseFiles *files);
void rs_case_files_free(RsCaseFiles *files);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RsCaseFiles, rs_case_files_free)

#endif
