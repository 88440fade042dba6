/// An exact rational number in lowest terms, of bounded size: no rounding, no overflow, no stalling.
package struct ExactNumber: Sendable, Equatable {
  /// The numerator; it carries the sign.
  package let numerator: Int128
  /// The denominator, at least 1 and without a factor in common with the numerator.
  package let denominator: Int128

  /// The most digits a written number may have; any such number fits 128 bits.
  package static let longestDigits = 38

  package init(_ value: Int) {
    numerator = Int128(value)
    denominator = 1
  }

  /// Makes a fraction in lowest terms, or nil where the denominator is 0 or the numbers are too big.
  package init?(_ numerator: Int128, over denominator: Int128) {
    guard denominator != 0, numerator != .min, denominator != .min else { return nil }
    let divisor = greatestCommonDivisor(numerator.magnitude, denominator.magnitude)
    let sign: Int128 = denominator < 0 ? -1 : 1
    self.numerator = sign * numerator / Int128(divisor)
    self.denominator = sign * denominator / Int128(divisor)
  }

  /// Reads a number that is written in exactly one of three forms, in ASCII digits:
  ///
  /// - an integer: `0`, `12`, `-12`
  /// - a fraction in lowest terms with a denominator of at least 2: `-3/4`
  /// - a decimal without trailing zeros: `0.25`, `-1.5`
  ///
  /// Anything else is nil: leading zeros, `+5`, `-0`, spaces, exponents, thousands separators,
  /// `6/3`, `5.0`, `.5`, more than 38 digits. One value has one spelling per form, so that an
  /// unsolved division can't pass for its result and nothing can hide in the spelling.
  package init?(_ text: String) {
    let bytes = text.utf8
    guard bytes.count <= ExactNumber.longestDigits + 2 else { return nil }
    var rest = bytes[...]
    let isNegative = rest.first == UInt8(ascii: "-")
    if isNegative { rest.removeFirst() }
    guard let whole = digits(&rest), whole.isCanonical else { return nil }
    let sign: Int128 = isNegative ? -1 : 1
    switch rest.popFirst() {
    case nil:
      guard !(isNegative && whole.value == 0) else { return nil }
      self.init(sign * whole.value, over: 1)
    case UInt8(ascii: "/"):
      guard let below = digits(&rest), rest.isEmpty, below.isCanonical, below.value >= 2,
        greatestCommonDivisor(whole.value.magnitude, below.value.magnitude) == 1
      else { return nil }
      self.init(sign * whole.value, over: below.value)
    case UInt8(ascii: "."):
      guard let part = digits(&rest), rest.isEmpty, part.value % 10 != 0,
        whole.count + part.count <= ExactNumber.longestDigits
      else { return nil }
      var scale: Int128 = 1
      for _ in 0..<part.count { scale *= 10 }
      let (scaled, overflow) = whole.value.multipliedReportingOverflow(by: scale)
      guard !overflow else { return nil }
      self.init(sign * (scaled + part.value), over: scale)
    default: return nil
    }
  }

  /// The sum, or nil where it doesn't fit.
  package func plus(_ other: ExactNumber) -> ExactNumber? {
    guard let left = product(numerator, other.denominator),
      let right = product(other.numerator, denominator),
      let below = product(denominator, other.denominator)
    else { return nil }
    let (sum, overflow) = left.addingReportingOverflow(right)
    return overflow ? nil : ExactNumber(sum, over: below)
  }

  /// The difference, or nil where it doesn't fit.
  package func minus(_ other: ExactNumber) -> ExactNumber? {
    plus(other.negated)
  }

  /// The product, or nil where it doesn't fit.
  package func times(_ other: ExactNumber) -> ExactNumber? {
    guard let above = product(numerator, other.numerator),
      let below = product(denominator, other.denominator)
    else { return nil }
    return ExactNumber(above, over: below)
  }

  /// The quotient, or nil where the divisor is 0 or the quotient doesn't fit.
  package func divided(by other: ExactNumber) -> ExactNumber? {
    guard let above = product(numerator, other.denominator),
      let below = product(denominator, other.numerator)
    else { return nil }
    return ExactNumber(above, over: below)
  }

  /// The number with the other sign.
  package var negated: ExactNumber {
    ExactNumber(unchecked: -numerator, over: denominator)
  }

  private init(unchecked numerator: Int128, over denominator: Int128) {
    self.numerator = numerator
    self.denominator = denominator
  }
}

extension ExactNumber: CustomStringConvertible {
  /// The integer or fraction form, which reads back as the same number up to 38 digits.
  package var description: String {
    denominator == 1 ? "\(numerator)" : "\(numerator)/\(denominator)"
  }
}

private struct Digits {
  var value: Int128
  var count: Int
  var isCanonical: Bool
}

private func digits(_ rest: inout Substring.UTF8View) -> Digits? {
  let zero = UInt8(ascii: "0")
  let run = rest.prefix { (zero...UInt8(ascii: "9")).contains($0) }
  let count = run.count
  guard count > 0, count <= ExactNumber.longestDigits else { return nil }
  var value: Int128 = 0
  for byte in run { value = value * 10 + Int128(byte - zero) }
  rest = rest[run.endIndex...]
  return Digits(value: value, count: count, isCanonical: count == 1 || run.first != zero)
}

private func product(_ left: Int128, _ right: Int128) -> Int128? {
  let (value, overflow) = left.multipliedReportingOverflow(by: right)
  return overflow ? nil : value
}

private func greatestCommonDivisor(_ left: UInt128, _ right: UInt128) -> UInt128 {
  var (left, right) = (left, right)
  while right != 0 { (left, right) = (right, left % right) }
  return left
}
