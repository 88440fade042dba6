internal import JSON
internal import Messages

/// Reads the keys of one object of a suite file.
typealias SettingsReader = KeyReader<SuiteError>

extension SettingsReader {
  /// A range written `[least, most]`, or one number for both.
  mutating func range(
    _ key: String, default value: ClosedRange<Int>, within limits: ClosedRange<Int>
  ) throws(SuiteError) -> ClosedRange<Int> {
    guard let node = node(key) else { return value }
    guard case .array(let ends) = node.value else {
      let only = try integer(key, node, within: limits)
      return only...only
    }
    guard ends.count == 2 else { throw wrong(key, "[least, most] or one number", node) }
    let least = try integer(key, ends[0], within: limits)
    let most = try integer(key, ends[1], within: limits)
    guard least <= most else {
      throw error(
        "\(key) must be [least, most], but \(least) is more than \(most)", at: node.position)
    }
    return least...most
  }

  /// A string made of some of the known one-character names, each at most once.
  mutating func characters(
    _ key: String, default value: String, among known: [String]
  ) throws(SuiteError) -> [Unicode.Scalar] {
    guard let node = node(key) else { return Array(value.unicodeScalars) }
    guard case .string(let text) = node.value else { throw wrong(key, "a string", node) }
    let scalars = Array(text.unicodeScalars)
    guard !scalars.isEmpty, Set(scalars).count == scalars.count,
      scalars.allSatisfy({ known.contains(String($0)) })
    else {
      throw error(
        "\(key) must hold some of \(known.joined()), each at most once, not \(quoted(text))",
        at: node.position)
    }
    return scalars
  }
}
