/// The text in single quotes for a message: cut short, and with what can't be seen spelled out.
package func quoted(_ text: String) -> String {
  var shown = ""
  for scalar in text.unicodeScalars.prefix(longestShown) {
    if isVisible(scalar) {
      shown.unicodeScalars.append(scalar)
    } else {
      shown += "\\u{" + String(scalar.value, radix: 16, uppercase: true) + "}"
    }
  }
  return "'" + shown + (text.unicodeScalars.count > longestShown ? "…" : "") + "'"
}

/// The character as messages name it: `'é' (U+00E9)`.
package func named(_ scalar: Unicode.Scalar) -> String {
  let hex = String(scalar.value, radix: 16, uppercase: true)
  let code = "U+" + String(repeating: "0", count: max(0, 4 - hex.count)) + hex
  return isVisible(scalar) ? "'\(scalar)' (\(code))" : code
}

private let longestShown = 40

private func isVisible(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.properties.generalCategory {
  case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
    .paragraphSeparator, .nonspacingMark, .enclosingMark:
    false
  default: true
  }
}
