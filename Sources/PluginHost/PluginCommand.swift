internal import Dispatch
internal import Synchronization

/// What the loop of a plugin's host is asked to do.
enum PluginCommand {
  /// Judge these.
  case judge(PluginBatch)
  /// Have a process ready, and say so.
  case start(PluginStart)
  /// Keep what the programs write in this folder.
  case log(folder: String)
  /// End all processes and the loop.
  case close
}

/// The question whether a plugin's program starts.
final class PluginStart: Sendable {
  private let reason = Mutex<String?>(nil)
  private let isAnswered = DispatchSemaphore(value: 0)

  /// Answers it: why no process is ready, or nil where one is.
  func answer(_ reason: String?) {
    self.reason.withLock { $0 = reason }
    isAnswered.signal()
  }

  /// Waits for the answer.
  func wait() -> String? {
    isAnswered.wait()
    return reason.withLock { $0 }
  }
}
