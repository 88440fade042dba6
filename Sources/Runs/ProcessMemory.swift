internal import Foundation

/// What the operating system says of this process.
package enum ProcessMemory {
  /// The most memory resident at once, MiB; 0 where the system doesn't say.
  ///
  /// Read from `/proc`, since `getrusage` counts what the parent had before this program began.
  package static var peakMib: Double {
    let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let line = status?.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    // `VmHWM:     1234 kB`
    guard let kib = line?.split(whereSeparator: \.isWhitespace).dropFirst().first else { return 0 }
    return (Double(kib) ?? 0) / 1024
  }
}
