/// HTML that is well formed as XML too; text that is put into it is escaped by the compiler's rules.
///
/// A literal is markup as it stands, an interpolated text never is: what a policy or a suite wrote can't
/// become an element.
package struct Markup: ExpressibleByStringInterpolation, Sendable {
  /// The finished text.
  package private(set) var text: String

  /// Markup as it stands.
  package init(stringLiteral text: String) { self.text = text }
  /// Markup with escaped texts in it.
  package init(stringInterpolation interpolation: Interpolation) { text = interpolation.text }

  /// Pieces, one to a line.
  init(lines: [Markup]) { text = lines.map(\.text).joined(separator: "\n") }

  /// A text of our own that must not be escaped: the style and the script, which hold no `<` or `&`.
  init(verbatim text: String) {
    precondition(!text.contains { "<&".contains($0) }, "not well formed as XML")
    self.text = text
  }

  static func + (left: Markup, right: Markup) -> Markup { "\(left)\(right)" }
  static func += (left: inout Markup, right: Markup) { left.text += right.text }

  /// Collects a literal's pieces.
  package struct Interpolation: StringInterpolationProtocol {
    fileprivate var text = ""

    package init(literalCapacity: Int, interpolationCount: Int) {
      text.reserveCapacity(literalCapacity)
    }

    /// A piece of the literal itself.
    package mutating func appendLiteral(_ literal: String) { text += literal }
    /// A text, escaped.
    package mutating func appendInterpolation(_ value: String) { text += escaped(value) }
    /// A whole number.
    package mutating func appendInterpolation(_ value: Int) { text += String(value) }
    /// Markup, which stays as it is.
    package mutating func appendInterpolation(_ value: Markup) { text += value.text }
    /// Pieces of markup, one to a line.
    package mutating func appendInterpolation(_ values: [Markup]) {
      text += values.map(\.text).joined(separator: "\n")
    }
    /// A place in a drawing, to a tenth of its unit; 0 where there is none.
    package mutating func appendInterpolation(_ place: Double) {
      let tenths = place.isFinite ? Int((place * 10).rounded()) : 0
      let (whole, rest) = tenths.magnitude.quotientAndRemainder(dividingBy: 10)
      text += (tenths < 0 ? "-" : "") + String(whole) + (rest == 0 ? "" : ".\(rest)")
    }
  }
}

/// A text for element content and quoted attributes.
///
/// Characters that XML forbids, or that could make a line read otherwise than it is (controls, marks
/// that turn the direction of writing), are spelled out as `\u{202E}`.
func escaped(_ text: String) -> String {
  var result = ""
  result.reserveCapacity(text.utf8.count)
  for scalar in text.unicodeScalars {
    switch scalar {
    case "&": result += "&amp;"
    case "<": result += "&lt;"
    case ">": result += "&gt;"
    case "\"": result += "&quot;"
    case "'": result += "&#39;"
    case "\n", "\t": result.unicodeScalars.append(scalar)
    default:
      if isHidden(scalar) {
        result += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
  }
  return result
}

private func isHidden(_ scalar: Unicode.Scalar) -> Bool {
  if scalar.isASCII { return scalar.value < 0x20 || scalar.value == 0x7F }
  switch scalar.properties.generalCategory {
  case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned, .surrogate:
    return true
  default: return false
  }
}
