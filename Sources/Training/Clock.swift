internal import Dispatch

/// Monotonic wall time.
enum Clock {
  /// Nanoseconds since some fixed moment.
  static var now: UInt64 { DispatchTime.now().uptimeNanoseconds }

  /// Seconds since an earlier `now`.
  static func seconds(since start: UInt64) -> Double { Double(now - start) / 1e9 }
}
