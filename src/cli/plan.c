/* plan: what a run will take, before it is begun; a polite no where it cannot fit. */
#include "base/error.h"
#include "base/words.h"
#include "claims/plan.h"
#include "cli/commands.h"
#include "cli/progress.h"
#include "cli/summary.h"
#include "exporters/json.h"

#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>

#define SAMPLE ((uint64_t)48 << 20)

/* What the machine can give, as the kernel sees it; 0: unknown. */
static uint64_t memory_available(void) {
  g_autofree char *text = NULL;
  if (!g_file_get_contents("/proc/meminfo", &text, NULL, NULL)) return 0;
  const char *at = strstr(text, "MemAvailable:");
  return at == NULL ? 0 : g_ascii_strtoull(at + strlen("MemAvailable:"), NULL, 10) * 1024;
}

static uint64_t disk_free(const char *folder) {
  struct statvfs status;
  return statvfs(folder, &status) == 0 ? (uint64_t)status.f_bavail * status.f_frsize : UINT64_MAX;
}

/* What the machine and the options have to offer. */
typedef struct {
  uint64_t memory, temp_free;
  const char *temp;
  bool spills; /* what --memory allows is less than the run would take */
} Room;

static Room room_of(const RsOptions *options, const RsPlan *plan) {
  Room room = {.temp = options->temp != NULL ? options->temp : g_get_tmp_dir()};
  room.memory = options->memory_bytes > 0 ? options->memory_bytes : memory_available();
  room.temp_free = disk_free(room.temp);
  room.spills = options->memory_bytes > 0 && plan->memory > options->memory_bytes;
  return room;
}

static bool fits(const RsOptions *options, const RsPlan *plan, const Room *room, GError **error) {
  g_autofree char *need = g_format_size(plan->memory), *least = g_format_size(plan->memory_least), *have = g_format_size(room->memory);
  g_autofree char *temp = g_format_size(plan->temp), *temp_free = g_format_size(room->temp_free);
  if (options->memory_bytes > 0 && plan->memory_least > options->memory_bytes) {
    g_set_error(error, RS_ERROR, RS_ERROR_LIMIT, _("would not fit: at least %s are needed, --memory allows %s; --since and --until take a shorter period"), least, have);
    return false;
  }
  if (room->spills && plan->temp > room->temp_free) {
    g_set_error(error, RS_ERROR, RS_ERROR_LIMIT, _("would not fit: %s of temporary disk are needed, %s has %s; --temp names another folder"), temp, room->temp, temp_free);
    return false;
  }
  if (options->memory_bytes > 0 || room->memory == 0 || plan->memory <= room->memory) return true;
  if (plan->memory_least > room->memory)
    g_set_error(error, RS_ERROR, RS_ERROR_LIMIT, _("would not fit: at least %s are needed, this machine has %s free; --since and --until take a shorter period"), least, have);
  else
    g_set_error(error, RS_ERROR, RS_ERROR_LIMIT, _("would not fit: %s are needed, this machine has %s free; --memory %lluM keeps the rest in %s"), need, have,
                (unsigned long long)(room->memory / 10 * 9 >> 20), room->temp);
  return false;
}

static bool print_json(const RsPlan *plan, const Room *room, bool fitting, GError **error) {
  g_autoptr(RsOutput) output = rs_output_open("-", error);
  if (output == NULL) return false;
  RsJson json = rs_json(output);
  rs_json_begin(&json, NULL, '{');
  rs_json_unsigned(&json, "rows", plan->rows);
  rs_json_unsigned(&json, "visits", plan->visits);
  rs_json_unsigned(&json, "persons", plan->persons);
  rs_json_bool(&json, "exact", plan->exact);
  rs_json_unsigned(&json, "bytes", plan->bytes);
  rs_json_unsigned(&json, "bytes_read", plan->bytes_read);
  rs_json_unsigned(&json, "memory", plan->memory);
  rs_json_unsigned(&json, "memory_least", plan->memory_least);
  rs_json_unsigned(&json, "temporary", room->spills ? plan->temp : 0);
  rs_json_unsigned(&json, "case_folder", plan->disk);
  rs_json_double(&json, "seconds", plan->seconds, 1);
  rs_json_bool(&json, "fits", fitting);
  rs_json_end(&json, '}');
  rs_output_char(output, '\n');
  return rs_output_close(output, error);
}

static void print_text(const RsOptions *options, const RsPlan *plan, const Room *room) {
  g_autofree char *rows = rs_summary_count(plan->rows), *visits = rs_summary_count(plan->visits), *persons = rs_summary_count(plan->persons);
  g_autofree char *read = g_format_size(plan->bytes_read), *bytes = g_format_size(plan->bytes), *memory = g_format_size(plan->memory);
  g_autofree char *least = g_format_size(plan->memory_least), *temp = g_format_size(plan->temp), *disk = g_format_size(plan->disk);
  if (plan->exact) printf(rs_say(options->language, "rows       %s; %s visits of %s persons\n"), rows, visits, persons);
  else printf(rs_say(options->language, "rows       about %s; %s visits of %s persons (from %s of %s)\n"), rows, visits, persons, read, bytes);
  printf(rs_say(options->language, "memory     about %s; with --memory not under %s\n"), memory, least);
  printf(rs_say(options->language, "time       about %.0f s with %u threads, if the machine stays as busy as now\n"), MAX(plan->seconds, 1.0), options->n_threads);
  printf(rs_say(options->language, "disk       about %s for the case folder, more or less by the number of leads\n"), disk);
  if (room->spills) printf(rs_say(options->language, "temporary  about %s in %s\n"), temp, room->temp);
}

int rs_command_plan(const RsOptions *options, GError **error) {
  RsReadOptions read_options = rs_options_read(options);
  read_options.sample = SAMPLE;
  read_options.memory = 0;
  read_options.allow_rejects = true;
  g_autoptr(RsReader) reader = rs_reader_new(&read_options, error);
  if (reader == NULL) return RS_ERROR_IO;
  const gint64 start = g_get_monotonic_time();
  g_autoptr(RsClaims) sample = rs_reader_read(reader, error);
  if (sample == NULL) return RS_ERROR_IO;
  const RsPlan plan = rs_plan(sample, rs_reader_report(reader), (double)(g_get_monotonic_time() - start) / 1e6);
  const Room room = room_of(options, &plan);
  const bool fitting = fits(options, &plan, &room, error);
  GError *unprinted = NULL;
  if (!options->json) print_text(options, &plan, &room);
  else if (!print_json(&plan, &room, fitting, &unprinted)) {
    g_clear_error(error);
    g_propagate_error(error, unprinted);
    return RS_ERROR_IO;
  }
  return fitting ? 0 : RS_ERROR_LIMIT;
}
