// The child is made by vfork and not by posix_spawn, which can't set limits: setting them from
// outside (prlimit) would come too late for a program that forks at once, and a shell that calls
// `ulimit` first costs a program to depend on. It is not made by fork either: that copies the
// trainer's page tables and runs the handlers that libraries register with pthread_atfork.
#define _GNU_SOURCE
#include "plugin_process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/// The pipes' ends that the child gets as its descriptors 0, 1 and 2.
struct child_ends {
  int input, output, errors;
};

/// Splits texts that lie one after another; the array ends in NULL and is the caller's to free.
static char **split(const char *texts, int32_t count) {
  char **result = calloc((size_t)count + 1, sizeof *result);
  if (!result) return NULL;
  for (int32_t i = 0; i < count; i++) {
    result[i] = (char *)texts;
    texts += strlen(texts) + 1;
  }
  return result;
}

/// Makes a pipe whose ends are above the three standard descriptors, which the child overwrites.
static int make_pipe(int ends[2]) {
  if (pipe2(ends, O_CLOEXEC) != 0) return errno;
  for (int i = 0; i < 2; i++) {
    if (ends[i] > 2) continue;
    int moved = fcntl(ends[i], F_DUPFD_CLOEXEC, 3);
    int error = errno;
    close(ends[i]);
    ends[i] = moved;
    if (moved < 0) {
      close(ends[1 - i]);
      return error;
    }
  }
  return 0;
}

static void close_all_above_two(void) {
#ifdef SYS_close_range
  if (syscall(SYS_close_range, 3u, ~0u, 0u) == 0) return;
#endif
  struct rlimit limit;
  rlim_t end = getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : 1024;
  if (end > 65536) end = 65536;
  for (rlim_t i = 3; i < end; i++) close((int)i);
}

/// All that happens in the child, which still shares the parent's memory: it only calls the kernel.
/// Returns only where something fails, with the errno.
static int become(const struct hone_spawn_request *request, char **arguments, char **environment,
                  struct child_ends ends, pid_t parent) {
  // Handlers would run in the parent's memory, and ignored signals stay ignored after exec.
  struct sigaction plain = {.sa_handler = SIG_DFL};
  for (int signal = 1; signal < NSIG; signal++) sigaction(signal, &plain, NULL);
  // Its own group: the terminal's Ctrl-C doesn't reach it, and it dies with all its children.
  if (setpgid(0, 0) != 0) return errno;
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) return errno;
  if (getppid() != parent) return ESRCH;

  if (dup2(ends.input, 0) < 0 || dup2(ends.output, 1) < 0 || dup2(ends.errors, 2) < 0) {
    return errno;
  }
  close_all_above_two();
  if (chdir(request->folder) != 0) return errno;

  struct rlimit memory = {request->memory_bytes, request->memory_bytes};
  struct rlimit core = {0, 0};
  struct rlimit cpu;
  if (setrlimit(RLIMIT_DATA, &memory) != 0 || setrlimit(RLIMIT_CORE, &core) != 0) return errno;
  // The hard limit stays, so that the soft one can be raised while the process works on.
  if (getrlimit(RLIMIT_CPU, &cpu) != 0) return errno;
  if (cpu.rlim_cur == RLIM_INFINITY || cpu.rlim_cur > request->cpu_seconds) {
    cpu.rlim_cur = request->cpu_seconds;
  }
  if (setrlimit(RLIMIT_CPU, &cpu) != 0) return errno;

  sigset_t none;
  sigemptyset(&none);
  if (sigprocmask(SIG_SETMASK, &none, NULL) != 0) return errno;
  execve(request->program, arguments, environment);
  return errno;
}

/// Makes the child; the arguments are volatile or written before, as vfork returns twice.
static int make_child(const struct hone_spawn_request *request, char **arguments,
                      char **environment, struct child_ends ends, pid_t *result) {
  volatile int failure = 0;
  pid_t parent = getpid();
  sigset_t all, before;
  sigfillset(&all);
  if (pthread_sigmask(SIG_SETMASK, &all, &before) != 0) return EINVAL;
  pid_t pid = vfork();
  if (pid == 0) {
    failure = become(request, arguments, environment, ends, parent);
    _exit(127);
  }
  int error = pid < 0 ? errno : failure;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (pid > 0 && error != 0) {
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) {
    }
  }
  *result = pid;
  return error;
}

static int set_non_blocking(int descriptor) {
  int flags = fcntl(descriptor, F_GETFL);
  return flags < 0 || fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) < 0 ? errno : 0;
}

int hone_spawn(const struct hone_spawn_request *request, struct hone_process *process) {
  char **arguments = split(request->arguments, request->argument_count);
  char **environment = split(request->environment, request->variable_count);
  int pipes[3][2] = {{-1, -1}, {-1, -1}, {-1, -1}};
  int error = arguments && environment ? 0 : ENOMEM;
  for (int i = 0; i < 3 && !error; i++) {
    error = make_pipe(pipes[i]);
    if (error) pipes[i][0] = pipes[i][1] = -1;
  }
  int input = pipes[0][1], output = pipes[1][0], errors = pipes[2][0];
  if (!error) error = set_non_blocking(input);
  if (!error) error = set_non_blocking(output);
  if (!error) error = set_non_blocking(errors);
  if (!error) {
    struct child_ends ends = {pipes[0][0], pipes[1][1], pipes[2][1]};
    error = make_child(request, arguments, environment, ends, &process->pid);
  }
  // The child's ends are the child's alone: otherwise its end would never be seen.
  int childs[3] = {pipes[0][0], pipes[1][1], pipes[2][1]};
  int ours[3] = {input, output, errors};
  for (int i = 0; i < 3; i++) {
    if (childs[i] >= 0) close(childs[i]);
    if (error && ours[i] >= 0) close(ours[i]);
  }
  free(arguments);
  free(environment);
  process->input = input;
  process->output = output;
  process->errors = errors;
  return error;
}

int hone_make_wake_pipe(int *read_end, int *write_end) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) return errno;
  *read_end = ends[0];
  *write_end = ends[1];
  return 0;
}

void hone_renew_cpu_limit(pid_t pid, uint64_t seconds) {
  clockid_t clock;
  struct timespec used;
  struct rlimit limit;
  if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &used) != 0) return;
  if (prlimit(pid, RLIMIT_CPU, NULL, &limit) != 0) return;
  rlim_t wanted = (rlim_t)used.tv_sec + 1 + seconds;
  if (limit.rlim_max != RLIM_INFINITY && wanted > limit.rlim_max) wanted = limit.rlim_max;
  if (limit.rlim_cur == RLIM_INFINITY || wanted <= limit.rlim_cur) return;
  limit.rlim_cur = wanted;
  prlimit(pid, RLIMIT_CPU, &limit, NULL);
}

enum hone_end hone_look_at(pid_t pid, int *code) {
  siginfo_t info = {0};
  while (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0) {
    if (errno == EINTR) continue;
    *code = 0;
    return HONE_EXITED;
  }
  if (info.si_pid == 0) return HONE_STILL_RUNS;
  *code = info.si_status;
  return info.si_code == CLD_EXITED ? HONE_EXITED : HONE_WAS_KILLED;
}

int hone_reap(pid_t pid) {
  pid_t ended;
  do {
    ended = waitpid(pid, NULL, WNOHANG);
  } while (ended < 0 && errno == EINTR);
  // An error means that there is nothing to take away.
  return ended != 0;
}
