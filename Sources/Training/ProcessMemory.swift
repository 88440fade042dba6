internal import Foundation

/// What the operating system says of this process.
package enum ProcessMemory {
  /// The most memory resident at once, MiB.
  package static var peakMib: Double {
    var usage = rusage()
    guard unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else { return 0 }
    return Double(usage.ru_maxrss) / 1024
  }
}
