internal import Experience
internal import Foundation

/// Keeps a run's folder for one process at a time: two would mix their lines and checkpoints.
///
/// The system lets go of the lock when its holder ends, however it ends.
package final class RunLock: Sendable {
  private let descriptor: Int32

  /// Takes the folder.
  ///
  /// - Throws: `TrainingError.occupied` where another process trains in it.
  package init(_ folder: RunFolder) throws {
    descriptor = unsafe open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    // A file system without locks is no reason to refuse a run.
    if descriptor >= 0, flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK {
      close(descriptor)
      throw TrainingError.occupied(
        "\(folder.path) is in use by another process that trains",
        hint: "Wait for it to end, or stop it with Ctrl-C.")
    }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Whether another process trains in the folder just now.
  package static func isHeld(_ folder: RunFolder) -> Bool {
    guard FileManager.default.fileExists(atPath: folder.path) else { return false }
    return (try? RunLock(folder)) == nil
  }
}
