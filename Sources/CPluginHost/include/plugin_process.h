// Starts a verifier plugin's program in a process of its own.
#pragma once

#include <stdint.h>
#include <sys/types.h>

/// What to start, and what it may use.
struct hone_spawn_request {
  /// The program's file.
  const char *program;
  /// Its arguments, the first one its name: so many texts, each ended by a NUL, one after another.
  const char *arguments;
  int32_t argument_count;
  /// Its whole environment, `NAME=value` each, in the same form.
  const char *environment;
  int32_t variable_count;
  /// Its working directory.
  const char *folder;
  /// Bytes of private memory (RLIMIT_DATA).
  uint64_t memory_bytes;
  /// Seconds of processor time (RLIMIT_CPU, its soft limit).
  uint64_t cpu_seconds;
};

/// A started process and this side's ends of its pipes, all non-blocking and closed on exec.
struct hone_process {
  /// Its process id, which is also the id of its process group.
  pid_t pid;
  /// Writes to its standard input.
  int input;
  /// Reads its standard output.
  int output;
  /// Reads its standard error.
  int errors;
};

/// Starts a process; 0, or the errno of what failed.
///
/// Call it from a thread that lives as long as the process may: the kernel kills the process when
/// that thread ends (PR_SET_PDEATHSIG), so that nothing outlives a trainer that was killed.
int hone_spawn(const struct hone_spawn_request *request, struct hone_process *process);

/// Makes a pipe that a thread waits at and others wake it by: non-blocking, closed on exec; 0, or the
/// errno.
int hone_make_wake_pipe(int *read_end, int *write_end);

/// Lets a process use `seconds` more seconds of processor time than it has used so far.
void hone_renew_cpu_limit(pid_t pid, uint64_t seconds);

/// How a process ended.
enum hone_end {
  HONE_STILL_RUNS,
  HONE_EXITED,
  HONE_WAS_KILLED,
};

/// Whether a process has ended, without taking its entry away: its id stays its own.
///
/// `code` gets the exit code or the signal.
enum hone_end hone_look_at(pid_t pid, int *code);

/// Takes away the entry of a process that has ended; 0 where it still runs.
int hone_reap(pid_t pid);
