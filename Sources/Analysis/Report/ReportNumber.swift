internal import Foundation
internal import Settings
internal import Statistics

/// Numbers as a report prints them.
package enum ReportNumber {
  /// A value: whole numbers in full with commas, others with four digits that count; `–` for none.
  package static func text(_ value: Double) -> String {
    guard value.isFinite else { return "–" }
    let size = value.magnitude
    if value == value.rounded() && size < 1e15 { return Quantity.grouped(Int(value)) }
    if size >= 1e5 { return Quantity.grouped(Int(min(size, 1e18)) * (value < 0 ? -1 : 1)) }
    if size < 1e-3 { return scientific(value, digits: 3) }
    let digits = max(0, 3 - Int(log10(size).rounded(.down)))
    return Quantity.fixed(value, digits: digits)
  }

  /// A share as `46.2 %`.
  static func percent(_ share: Double) -> String {
    share.isFinite ? Quantity.percent(share) : "–"
  }

  /// The label of a mark of an axis, whose marks are `step` apart: `0.25`, `40`, `1.5M`, `2e-4`.
  static func mark(_ value: Double, step: Double) -> String {
    for (size, suffix) in [(1e9, "G"), (1e6, "M"), (1e4, "k")] where value.magnitude >= size {
      let unit = suffix == "k" ? 1e3 : size
      return shortestText(of: rounded(value / unit, digits: digits(of: step / unit))) + suffix
    }
    return shortestText(of: rounded(value, digits: digits(of: step)))
  }

  private static func digits(of step: Double) -> Int {
    min(14, max(0, Int((-log10(step)).rounded(.up))))
  }

  private static func rounded(_ value: Double, digits: Int) -> Double {
    Double(Quantity.fixed(value, digits: digits)) ?? value
  }

  private static func scientific(_ value: Double, digits: Int) -> String {
    let exponent = Int(log10(value.magnitude).rounded(.down))
    let mantissa = value / pow(10, Double(exponent))
    return "\(Quantity.fixed(mantissa, digits: digits - 1))e\(exponent)"
  }
}
