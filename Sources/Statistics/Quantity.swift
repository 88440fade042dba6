/// Numbers with their words, as people read them.
package enum Quantity {
  /// A whole number with commas between thousands: `1,024`.
  package static func grouped(_ number: Int) -> String {
    let digits = String(number.magnitude)
    var text = number < 0 ? "-" : ""
    for (index, digit) in digits.enumerated() {
      if index > 0 && (digits.count - index).isMultiple(of: 3) { text += "," }
      text.append(digit)
    }
    return text
  }

  /// A count with its noun: `1 step`, `1,024 completions`.
  package static func counted(_ number: Int, _ noun: String, plural: String? = nil) -> String {
    grouped(number) + " " + (number == 1 ? noun : plural ?? noun + "s")
  }

  /// A number with this many digits after the point, without regard to the locale.
  package static func fixed(_ number: Double, digits: Int) -> String {
    guard number.isFinite else { return number.isNaN ? "nan" : number < 0 ? "-inf" : "inf" }
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    let scaled = (number.magnitude * scale).rounded()
    guard scaled < 1e15 else { return "\(number)" }
    let whole = Int(scaled)
    let power = Int(scale)
    let fraction = String(whole % power)
    let sign = number < 0 && whole > 0 ? "-" : ""
    guard digits > 0 else { return sign + String(whole) }
    let zeros = String(repeating: "0", count: digits - fraction.count)
    return sign + "\(whole / power).\(zeros)\(fraction)"
  }

  /// A reward: `1`, or with three digits after the point `0.333`.
  package static func reward(_ number: Double) -> String {
    fixed(number, digits: number == number.rounded() ? 0 : 3)
  }

  /// A difference of shares in points, with its sign: `+43.5`.
  package static func points(_ share: Double) -> String {
    let points = fixed(share * 100, digits: 1)
    return (points.hasPrefix("-") ? "" : "+") + points
  }

  /// A share: `46.2 %`.
  package static func percent(_ share: Double, digits: Int = 1) -> String {
    fixed(share * 100, digits: digits) + " %"
  }

  /// A share with the ends of its interval: `46.2 % [43.1, 49.3]`.
  package static func percent(_ share: Double, low: Double, high: Double) -> String {
    "\(percent(share)) [\(fixed(low * 100, digits: 1)), \(fixed(high * 100, digits: 1))]"
  }

  /// An amount of memory or disk: `312 MiB`, `1.5 GiB`.
  package static func bytes(_ count: Int) -> String {
    let kibi = Double(count) / 1024
    if kibi < 1 { return "\(count) bytes" }
    if kibi < 1024 { return fixed(kibi, digits: 0) + " KiB" }
    if kibi < 1024 * 1024 { return fixed(kibi / 1024, digits: 0) + " MiB" }
    return fixed(kibi / 1024 / 1024, digits: 1) + " GiB"
  }
}
