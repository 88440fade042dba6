/// Reads the keys of a plugin's manifest; each asked key becomes a known one.
///
/// After all keys have been asked for, `finish` refuses those that nobody asked for.
struct ManifestReader {
  private let file: String
  private let root: JSON5Node
  private var known: [String] = []

  /// Throws `JSON5Error` where the node isn't an object.
  init(_ root: JSON5Node, file: String) throws(JSON5Error) {
    self.file = file
    self.root = root
    guard case .object = root.value else {
      throw error("a plugin's manifest must be an object, not \(root.kind)")
    }
  }

  /// Refuses keys that weren't asked for, naming the nearest one that was.
  func finish() throws(JSON5Error) {
    guard case .object(let members) = root.value else { return }
    for member in members where !known.contains(member.key) {
      throw JSON5Error(
        file: file, position: member.position,
        message: "a plugin of this kind has no key \(quoted(member.key)); "
          + suggestion(for: member.key, among: known))
    }
  }

  mutating func string(_ key: String) throws(JSON5Error) -> String? {
    guard let node = node(key) else { return nil }
    guard case .string(let text) = node.value else { throw wrong(key, "a string", node) }
    return text
  }

  mutating func flag(_ key: String) throws(JSON5Error) -> Bool? {
    guard let node = node(key) else { return nil }
    guard case .bool(let flag) = node.value else { throw wrong(key, "true or false", node) }
    return flag
  }

  mutating func integer(
    _ key: String, within limits: ClosedRange<Int>
  ) throws(JSON5Error) -> Int? {
    guard let node = node(key) else { return nil }
    guard case .number(let number, _) = node.value, let whole = Int(exactly: number) else {
      throw wrong(key, "a whole number", node)
    }
    guard limits.contains(whole) else {
      throw error(
        "\(key) must be from \(limits.lowerBound) to \(limits.upperBound), not \(whole)", of: key)
    }
    return whole
  }

  mutating func number(
    _ key: String, within limits: ClosedRange<Double>
  ) throws(JSON5Error) -> Double? {
    guard let node = node(key) else { return nil }
    guard case .number(let number, _) = node.value else { throw wrong(key, "a number", node) }
    guard limits.contains(number) else {
      throw error(
        "\(key) must be from \(limits.lowerBound) to \(limits.upperBound), not \(number)", of: key)
    }
    return number
  }

  mutating func strings(_ key: String) throws(JSON5Error) -> [String]? {
    guard let node = node(key) else { return nil }
    guard case .array(let elements) = node.value else {
      throw wrong(key, "an array of strings", node)
    }
    var result: [String] = []
    for element in elements {
      guard case .string(let text) = element.value else { throw wrong(key, "strings", element) }
      result.append(text)
    }
    return result
  }

  mutating func numbers(_ key: String) throws(JSON5Error) -> [Double]? {
    guard let node = node(key) else { return nil }
    guard case .array(let elements) = node.value else {
      throw wrong(key, "an array of numbers", node)
    }
    var result: [Double] = []
    for element in elements {
      guard case .number(let number, _) = element.value else {
        throw wrong(key, "numbers", element)
      }
      result.append(number)
    }
    return result
  }

  /// An array of some of a type's names, each at most once.
  mutating func choices<Choice: RawRepresentable<String> & CaseIterable & Equatable>(
    _ key: String
  ) throws(JSON5Error) -> [Choice]? {
    guard let names = try strings(key) else { return nil }
    var result: [Choice] = []
    for name in names {
      guard let choice = Choice(rawValue: name) else {
        throw error(
          "\(key) doesn't know \(quoted(name)); "
            + suggestion(for: name, among: Choice.allCases.map(\.rawValue)), of: key)
      }
      guard !result.contains(choice) else {
        throw error("\(key) holds \(quoted(name)) twice", of: key)
      }
      result.append(choice)
    }
    return result
  }

  /// An object whose values are strings.
  mutating func texts(_ key: String) throws(JSON5Error) -> [String: String]? {
    guard let node = node(key) else { return nil }
    guard case .object(let members) = node.value else {
      throw wrong(key, #"an object such as { KEY: "value" }"#, node)
    }
    var result: [String: String] = [:]
    for member in members {
      guard case .string(let text) = member.node.value else {
        throw wrong(member.key, "a string", member.node)
      }
      result[member.key] = text
    }
    return result
  }

  /// An error at the value of a key, or at the manifest's beginning.
  func error(_ message: String, of key: String? = nil) -> JSON5Error {
    JSON5Error(
      file: file, position: key.flatMap { root[$0]?.position } ?? root.position, message: message)
  }

  private mutating func node(_ key: String) -> JSON5Node? {
    if !known.contains(key) { known.append(key) }
    return root[key]
  }

  private func wrong(_ key: String, _ expected: String, _ node: JSON5Node) -> JSON5Error {
    JSON5Error(
      file: file, position: node.position,
      message: "\(key) must be \(expected), not \(node.kind)")
  }
}
