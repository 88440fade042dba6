internal import Verifiers

/// Reads the keys of one object of a suite file; each asked key becomes a known one.
///
/// After all keys have been asked for, `finish` refuses those that nobody asked for.
struct SettingsReader {
  let file: String
  let position: TextPosition
  private let members: [JSON5Node.Member]
  private var known: [String] = []

  /// - Throws: `SuiteError` where the node isn't an object.
  init(_ node: JSON5Node, file: String, what: String) throws(SuiteError) {
    guard case .object(let members) = node.value else {
      throw SuiteError(
        .badData, file: file, position: node.position, "\(what) must be an object, not \(node.kind)"
      )
    }
    self.file = file
    self.position = node.position
    self.members = members
  }

  /// Refuses keys that weren't asked for, naming the nearest one that was.
  func finish(what: String) throws(SuiteError) {
    for member in members where !known.contains(member.key) {
      throw error(
        "\(what) has no key \(quoted(member.key)); \(suggestion(for: member.key, among: known))",
        at: member.position)
    }
  }

  /// The value of a key, if the file has it.
  mutating func node(_ key: String) -> JSON5Node? {
    if !known.contains(key) { known.append(key) }
    return members.first { $0.key == key }?.node
  }

  mutating func string(_ key: String) throws(SuiteError) -> String? {
    guard let node = node(key) else { return nil }
    guard case .string(let text) = node.value else { throw wrong(key, "a string", node) }
    return text
  }

  /// One of the names of a type's cases.
  mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ key: String, default value: Choice
  ) throws(SuiteError) -> Choice {
    guard let node = node(key), let name = try string(key) else { return value }
    guard let choice = Choice(rawValue: name) else {
      throw error(
        "\(key) can't be \(quoted(name)); "
          + suggestion(for: name, among: Choice.allCases.map(\.rawValue)), at: node.position)
    }
    return choice
  }

  mutating func flag(_ key: String, default value: Bool) throws(SuiteError) -> Bool {
    guard let node = node(key) else { return value }
    guard case .bool(let flag) = node.value else { throw wrong(key, "true or false", node) }
    return flag
  }

  mutating func number(
    _ key: String, default value: Double, within limits: ClosedRange<Double>
  ) throws(SuiteError) -> Double {
    guard let node = node(key) else { return value }
    guard case .number(let number, _) = node.value else { throw wrong(key, "a number", node) }
    guard limits.contains(number) else {
      throw error(
        "\(key) must be from \(limits.lowerBound) to \(limits.upperBound), not \(number)",
        at: node.position)
    }
    return number
  }

  mutating func integer(
    _ key: String, default value: Int, within limits: ClosedRange<Int>
  ) throws(SuiteError) -> Int {
    guard let node = node(key) else { return value }
    return try integer(key, node, within: limits)
  }

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

  /// An error at a place of this file.
  func error(_ message: String, at place: TextPosition? = nil) -> SuiteError {
    SuiteError(.badData, file: file, position: place ?? position, message)
  }

  private func integer(
    _ key: String, _ node: JSON5Node, within limits: ClosedRange<Int>
  ) throws(SuiteError) -> Int {
    guard case .number(let number, _) = node.value, let whole = Int(exactly: number) else {
      throw wrong(key, "a whole number", node)
    }
    guard limits.contains(whole) else {
      throw error(
        "\(key) must be from \(limits.lowerBound) to \(limits.upperBound), not \(whole)",
        at: node.position)
    }
    return whole
  }

  private func wrong(_ key: String, _ expected: String, _ node: JSON5Node) -> SuiteError {
    error("\(key) must be \(expected), not \(node.kind)", at: node.position)
  }
}
