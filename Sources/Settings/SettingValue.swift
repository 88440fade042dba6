internal import JSON

/// One value of the configuration, before or after it has found its field.
package enum SettingValue: Sendable, Equatable {
  /// A whole number.
  case integer(Int)
  /// A number, finite.
  case number(Double)
  /// A text, also a name out of a list.
  case text(String)
  /// True or false.
  case boolean(Bool)

  /// The value as a user would type it on the command line; an empty text is empty.
  package var plainText: String {
    switch self {
    case .integer(let value): String(value)
    case .number(let value): shortestText(of: value)
    case .text(let value): value
    case .boolean(let value): String(value)
    }
  }

  /// The value as JSON.
  package var jsonText: String {
    switch self {
    case .text(let value): jsonString(value)
    case .integer, .number, .boolean: plainText
    }
  }
}

/// The shortest decimal that reads back as the same number, without Swift's `e-08` and `1.0`.
package func shortestText(of number: Double) -> String {
  var text = "\(number)"
  if text.hasSuffix(".0") { text.removeLast(2) }
  guard let mark = text.lastIndex(of: "e") else { return withFewZeros(text, number) }
  let sign = text[text.index(after: mark)...].hasPrefix("-") ? "-" : ""
  let digits = text[text.index(after: mark)...].drop { "+-0".contains($0) }
  var mantissa = String(text[..<mark])
  if mantissa.hasSuffix(".0") { mantissa.removeLast(2) }
  return mantissa + "e" + sign + digits
}

/// `0.0001` as `1e-4`: below a thousandth a count of zeros is easily misread.
private func withFewZeros(_ text: String, _ number: Double) -> String {
  guard number != 0, number.magnitude < 1e-3, let point = text.firstIndex(of: ".") else {
    return text
  }
  let fraction = text[text.index(after: point)...]
  let significant = fraction.drop { $0 == "0" }
  let exponent = fraction.count - significant.count + 1
  let rest = significant.dropFirst()
  let sign = number < 0 ? "-" : ""
  return sign + significant.prefix(1) + (rest.isEmpty ? "" : "." + rest) + "e-\(exponent)"
}
