import Foundation
import Synchronization

/// Signals that came so far; global because a C signal handler can capture nothing.
private let requests = Atomic<Int>(0)

/// Ctrl-C and SIGTERM: the first asks the run to stop after its step, the second ends at once.
enum Interruption {

  /// Whether a stop was asked for.
  static var isRequested: Bool { requests.load(ordering: .relaxed) > 0 }

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
