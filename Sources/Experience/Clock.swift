internal import Dispatch

/// Monotonic wall time.
package enum Clock {
  /// Nanoseconds since some fixed moment.
  package static var now: UInt64 { DispatchTime.now().uptimeNanoseconds }

  /// Seconds since an earlier `now`.
  package static func seconds(since start: UInt64) -> Double { Double(now - start) / 1e9 }
}
