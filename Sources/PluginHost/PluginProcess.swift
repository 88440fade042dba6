internal import CPluginHost
internal import Glibc
internal import Messages
internal import Verifiers

/// A plugin's running program and this side's ends of its pipes, none of which ever blocks.
final class PluginProcess {
  /// The process id; also that of its group.
  let pid: Int32
  /// Writes to its standard input; -1 once closed.
  private(set) var input: Int32
  /// Reads its standard output.
  let output: Int32
  /// Reads its standard error.
  let errors: Int32
  private var isReaped = false

  /// Starts a plugin's program, on the thread that lives as long as the process may.
  ///
  /// The environment is closed: a program's verdicts can't depend on what else is set where the
  /// trainer was started.
  ///
  /// - Throws: `VerifierError.failed` where there is no such program or it can't be run.
  init(_ manifest: PluginManifest, command: [String]) throws(VerifierError) {
    let searchPath = PluginFiles.variable("PATH") ?? "/usr/local/bin:/usr/bin:/bin"
    guard
      let program = PluginFiles.program(
        command[0], in: manifest.folder, searchPath: searchPath)
    else {
      throw .failed(
        "the plugin \(manifest.name) needs the program \(quoted(command[0])), which is not "
          + (command[0].contains("/")
            ? "in \(manifest.folder); build it or fix 'command' in its plugin.json5"
            : "in PATH; install it or fix 'command' in its plugin.json5"))
    }
    var variables = [
      "PATH": searchPath, "LANG": "C.UTF-8", "TZ": "UTC",
      "HONE_PLUGIN": manifest.name,
      // Python: answers must not wait in a buffer, sets must have the same order in each process,
      // and a shipped folder stays as it is.
      "PYTHONUNBUFFERED": "1", "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1",
      "PYTHONIOENCODING": "utf-8",
      // Workers are the parallelism.
      "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1",
    ]
    for name in ["HOME", "TMPDIR"] { variables[name] = PluginFiles.variable(name) }
    variables.merge(manifest.environment) { _, own in own }
    let environment = variables.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }

    func block(_ texts: [String]) -> [CChar] {
      texts.flatMap { $0.utf8.map(CChar.init(bitPattern:)) + [0] }
    }
    var process = hone_process()
    let (arguments, settings) = (block(command), block(environment))
    let status = unsafe program.withCString { program in
      unsafe manifest.folder.withCString { folder in
        unsafe arguments.withUnsafeBufferPointer { arguments in
          unsafe settings.withUnsafeBufferPointer { settings in
            var request = unsafe hone_spawn_request(
              program: program, arguments: arguments.baseAddress,
              argument_count: Int32(command.count), environment: settings.baseAddress,
              variable_count: Int32(environment.count), folder: folder,
              memory_bytes: UInt64(manifest.memory) << 20,
              cpu_seconds: UInt64(manifest.processorSeconds))
            return unsafe hone_spawn(&request, &process)
          }
        }
      }
    }
    guard status == 0 else {
      let reason = unsafe String(cString: strerror(status))
      throw .failed(
        "the plugin \(manifest.name) can't be started: \(program): \(reason)")
    }
    pid = process.pid
    input = process.input
    output = process.output
    errors = process.errors
  }

  deinit {
    kill()
    if input >= 0 { close(input) }
    close(output)
    close(errors)
  }

  /// What reading or writing came to.
  enum Transfer {
    /// So many bytes went through.
    case moved(Int)
    /// Nothing for now.
    case wouldBlock
    /// The other side is closed.
    case closed
  }

  /// Writes what the pipe takes of `bytes` from `start` on.
  func write(_ bytes: [UInt8], from start: Int) -> Transfer {
    guard input >= 0 else { return .closed }
    while true {
      let count = unsafe bytes.withUnsafeBytes { bytes in
        unsafe Glibc.write(input, bytes.baseAddress! + start, bytes.count - start)
      }
      if count >= 0 { return .moved(count) }
      if errno == EINTR { continue }
      // EPIPE comes without its signal: the host's thread blocks them all.
      return errno == EAGAIN || errno == EWOULDBLOCK ? .wouldBlock : .closed
    }
  }

  /// Appends what has come on standard output (or error), at most as much as `scratch` holds.
  func read(
    isError: Bool, appendingTo bytes: inout [UInt8], scratch: inout [UInt8]
  ) -> Transfer {
    while true {
      let count = unsafe Glibc.read(isError ? errors : output, &scratch, scratch.count)
      if count > 0 {
        bytes += scratch[..<count]
        return .moved(count)
      }
      if count == 0 { return .closed }
      if errno == EINTR { continue }
      return errno == EAGAIN || errno == EWOULDBLOCK ? .wouldBlock : .closed
    }
  }

  /// Closes its standard input, at which a program should end.
  func closeInput() {
    guard input >= 0 else { return }
    close(input)
    input = -1
  }

  /// Kills the process and all others of its group.
  func kill() {
    // Not after reaping: the id may be another process's by then.
    if !isReaped { _ = Glibc.kill(-pid, SIGKILL) }
  }

  /// Takes the entry of the ended process away; false where it hasn't ended.
  func reap() -> Bool {
    if !isReaped { isReaped = hone_reap(pid) != 0 }
    return isReaped
  }

  /// Lets it use the processor for so many more seconds.
  func renewProcessorTime(_ seconds: Int) { hone_renew_cpu_limit(pid, UInt64(seconds)) }

  /// How it ended by itself, in words; nil where it still runs.
  func end(_ manifest: PluginManifest) -> String? {
    guard !isReaped else { return "it ended" }
    var code: Int32 = 0
    let end = unsafe hone_look_at(pid, &code)
    if end == HONE_STILL_RUNS { return nil }
    if end == HONE_EXITED { return "it exited with code \(code)" }
    switch code {
    case SIGXCPU:
      return "it used more than \(manifest.processorSeconds) s of processor time (cpu_seconds)"
    default:
      let name = unsafe strsignal(code).map { unsafe String(cString: $0) } ?? "unknown"
      return "it was ended by signal \(code) (\(name))"
    }
  }
}
