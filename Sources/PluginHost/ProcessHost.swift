internal import CPluginHost
internal import Glibc
internal import Synchronization

/// The mail of a host's thread.
final class PluginInbox: Sendable {
  private struct Contents {
    var commands: [PluginCommand] = []
    var restarts = 0
  }

  private let contents = Mutex(Contents())
  /// Readable while there may be mail.
  let wakeEnd: Int32
  private let ringEnd: Int32

  init() {
    var (wakeEnd, ringEnd): (Int32, Int32) = (-1, -1)
    unsafe _ = hone_make_wake_pipe(&wakeEnd, &ringEnd)
    self.wakeEnd = wakeEnd
    self.ringEnd = ringEnd
  }

  deinit {
    close(wakeEnd)
    close(ringEnd)
  }

  /// Leaves a command and wakes the thread.
  func post(_ command: PluginCommand) {
    contents.withLock { $0.commands.append(command) }
    var byte: UInt8 = 0
    unsafe _ = write(ringEnd, &byte, 1)
  }

  func takeAll() -> [PluginCommand] {
    contents.withLock { contents in
      let taken = contents.commands
      contents.commands = []
      return taken
    }
  }

  func drainWake() {
    var bytes = [UInt8](repeating: 0, count: 256)
    while unsafe read(wakeEnd, &bytes, bytes.count) > 0 {}
  }

  func countRestart() { contents.withLock { $0.restarts += 1 } }

  /// Processes that had to be ended so far while they had work.
  var restarts: Int { contents.withLock { $0.restarts } }
}

/// Runs a plugin's processes on a thread of its own, from the first call until it is let go.
///
/// A thread, because the processes live as long as the one that started them (`hone_spawn`), and
/// because several callers may hand in completions while others are judged.
final class ProcessHost: Sendable {
  private let manifest: PluginManifest
  private let command: [String]
  private let inbox = PluginInbox()
  private let thread = Mutex<HostThread?>(nil)

  init(_ manifest: PluginManifest, command: [String]) {
    self.manifest = manifest
    self.command = command
  }

  deinit {
    thread.withLock { thread in
      guard let thread else { return }
      inbox.post(.close)
      thread.join()
    }
  }

  /// Processes that had to be ended so far while they had work.
  var restarts: Int { inbox.restarts }

  /// Leaves a command for the thread, which is started where there is none yet.
  func post(_ command: PluginCommand) {
    thread.withLock { thread in
      guard thread == nil else { return }
      let (manifest, words, inbox) = (manifest, self.command, inbox)
      thread = HostThread { PluginLoop(manifest, command: words, inbox: inbox).run() }
    }
    inbox.post(command)
  }
}

/// A thread that no signal is delivered to.
struct HostThread: Sendable {
  private let thread: pthread_t

  /// Starts it.
  init(_ body: @escaping @Sendable () -> Void) {
    final class Box {
      let body: @Sendable () -> Void
      init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    var thread = pthread_t()
    let box = unsafe Unmanaged.passRetained(Box(body)).toOpaque()
    let status = unsafe pthread_create(
      &thread, nil,
      { argument in
        // Ctrl-C belongs to the main thread, and a closed pipe is an error and no signal here.
        var all = sigset_t()
        unsafe sigfillset(&all)
        unsafe pthread_sigmask(SIG_SETMASK, &all, nil)
        if let argument = unsafe argument {
          unsafe Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().body()
        }
        return nil
      }, box)
    precondition(status == 0, "no thread for a plugin: \(status)")
    self.thread = thread
  }

  /// Waits for its end.
  func join() { _ = pthread_join(thread, nil) }
}
