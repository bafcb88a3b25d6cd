/* exporters/case_folder.h: how a case folder changes as a whole.
 *
 * While a case is made, FOLDER.partial-XXXXXX stands beside it (also for the former folder while it is removed; .partial-former
 * where the file system cannot exchange), and FOLDER.key.next-* and FOLDER.ids.next-* hold the new key and id map, with the first 16
 * digits of the new manifest's SHA-256 in their names: after the exchange they are renamed, and what a killed run left is renamed or
 * removed by the next, according to the manifest that then stands in the folder. All such names belong to the lock's holder. */
#ifndef RS_EXPORTERS_CASE_FOLDER_H
#define RS_EXPORTERS_CASE_FOLDER_H

#include "exporters/case.h"

/* Without slashes at the end. error: RS_ERROR_USAGE: empty, ".", "..", "/". */
char *rs_case_folder_name(const char *folder, GError **error);
/* Nothing there, an empty folder, or a case that holds nothing but what ringscope wrote. error: RS_ERROR_USAGE. */
bool rs_case_folder_replaceable(const char *folder, GError **error);
/* Whether a folder of this name may be in a case: rings, dossiers. */
bool rs_case_folder_has_part(const char *name);
/* A new private folder beside the case; its path. error: RS_ERROR_IO. */
char *rs_case_folder_begin(const char *folder, GError **error);
/* Puts partial in the folder's place in one step and removes the former one; may_exchange false: as on a file system without
 * RENAME_EXCHANGE. error: RS_ERROR_IO, and the former folder is where it was. */
bool rs_case_folder_finish(const char *partial, const char *folder, bool may_exchange, GError **error);
/* Finishes or undoes what a killed run left; only under the lock. */
void rs_case_folder_recover(const char *folder);
/* Removes a file or folder with all in it, following no links; silent. */
void rs_case_folder_remove(const char *path);
/* A new file, mode 0600, there whole or not at all, not yet durable: many small files are written first and synced after, some twenty times as fast as one by
 * one. error: RS_ERROR_IO. */
bool rs_case_folder_add(const char *path, const char *bytes, size_t length, GError **error);
/* Makes names in a folder, or a file's bytes, durable. error: RS_ERROR_IO. */
bool rs_case_folder_sync(const char *path, GError **error);

#endif
