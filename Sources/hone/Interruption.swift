import Foundation
import Synchronization

/// Signals that came so far; global because a C signal handler can capture nothing.
private let requests = Atomic<Int>(0)

/// Whether standard input has come to its end, where that is watched.
private let inputHasEnded = Atomic<Bool>(false)

/// Ctrl-C and SIGTERM: the first asks the run to stop after its step, the second ends at once.
enum Interruption {

  /// Whether a stop was asked for.
  static var isRequested: Bool {
    requests.load(ordering: .relaxed) > 0 || inputHasEnded.load(ordering: .relaxed)
  }

  /// Starts to read standard input, whose end asks for a stop too.
  ///
  /// A program that starts runs gives them the reading end of a pipe: they stop when it closes the
  /// other end, and also when it is killed, whose pipes the system closes.
  static func watchInput() {
    Thread.detachNewThread {
      while let data = try? FileHandle.standardInput.read(upToCount: 4096), !data.isEmpty {}
      inputHasEnded.store(true, ordering: .relaxed)
    }
  }

  /// Starts to listen.
  static func listen() {
    // Touched before any signal can come, so that the handler finds it made.
    _ = isRequested
    for number in [SIGINT, SIGTERM] {
      signal(number) { _ in
        if requests.wrappingAdd(1, ordering: .relaxed).oldValue > 0 {
          _exit(ExitCode.interrupted.rawValue)
        }
      }
    }
    // A parent may have had them blocked, which a child inherits: such a run couldn't be stopped.
    var signals = sigset_t()
    unsafe sigemptyset(&signals)
    unsafe sigaddset(&signals, SIGINT)
    unsafe sigaddset(&signals, SIGTERM)
    unsafe pthread_sigmask(SIG_UNBLOCK, &signals, nil)
  }
}
