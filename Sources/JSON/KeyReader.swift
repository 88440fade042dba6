internal import Messages

/// Reads the keys of one object of a file that people write; each asked key becomes a known one.
///
/// After all keys have been asked for, `finish` refuses those that weren't.
package struct KeyReader<Failure: JSONErrorConvertible> {
  package let file: String
  package let position: TextPosition
  private let members: [JSONNode.Member]
  private var known: [String] = []

  /// - Throws: an error where the node isn't an object.
  package init(_ node: JSONNode, file: String, what: String) throws(Failure) {
    guard case .object(let members) = node.value else {
      throw Failure(
        JSONError(
          .value, file: file, position: node.position,
          "\(what) must be an object, not \(node.kind)"))
    }
    self.file = file
    self.position = node.position
    self.members = members
  }

  /// Refuses keys that weren't asked for, naming the nearest one that was.
  package func finish(what: String) throws(Failure) {
    for member in members where !known.contains(member.key) {
      throw error(
        "\(what) has no key \(quoted(member.key)); \(suggestion(for: member.key, among: known))",
        at: member.position)
    }
  }

  /// The value of a key, if the file has it.
  package mutating func node(_ key: String) -> JSONNode? {
    if !known.contains(key) { known.append(key) }
    return members.first { $0.key == key }?.node
  }

  package mutating func string(_ key: String) throws(Failure) -> String? {
    guard let node = node(key) else { return nil }
    guard case .string(let text) = node.value else { throw wrong(key, "a string", node) }
    return text
  }

  package mutating func flag(_ key: String, default value: Bool) throws(Failure) -> Bool {
    guard let node = node(key) else { return value }
    guard case .bool(let flag) = node.value else { throw wrong(key, "true or false", node) }
    return flag
  }

  package mutating func number(
    _ key: String, default value: Double, within limits: ClosedRange<Double>
  ) throws(Failure) -> Double {
    guard let node = node(key) else { return value }
    guard let number = node.double else { throw wrong(key, "a number", node) }
    guard limits.contains(number) else {
      throw error(
        "\(key) must be from \(limits.lowerBound) to \(limits.upperBound), not \(number)",
        at: node.position)
    }
    return number
  }

  package mutating func integer(
    _ key: String, within limits: ClosedRange<Int>
  ) throws(Failure) -> Int? {
    guard let node = node(key) else { return nil }
    return try integer(key, node, within: limits)
  }

  package mutating func integer(
    _ key: String, default value: Int, within limits: ClosedRange<Int>
  ) throws(Failure) -> Int {
    try integer(key, within: limits) ?? value
  }

  /// The value of an element of a key's array, or of the key itself.
  package func integer(
    _ key: String, _ node: JSONNode, within limits: ClosedRange<Int>
  ) throws(Failure) -> Int {
    guard let whole = node.integer() else { throw wrong(key, "a whole number", node) }
    guard limits.contains(whole) else {
      throw error(
        "\(key) must be from \(limits.lowerBound) to \(limits.upperBound), not \(whole)",
        at: node.position)
    }
    return whole
  }

  package mutating func strings(_ key: String) throws(Failure) -> [String]? {
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

  package mutating func numbers(_ key: String) throws(Failure) -> [Double]? {
    guard let node = node(key) else { return nil }
    guard case .array(let elements) = node.value else {
      throw wrong(key, "an array of numbers", node)
    }
    var result: [Double] = []
    for element in elements {
      guard let number = element.double else { throw wrong(key, "numbers", element) }
      result.append(number)
    }
    return result
  }

  /// One of the names of a type's cases.
  package mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ key: String, default value: Choice
  ) throws(Failure) -> Choice {
    guard let name = try string(key) else { return value }
    guard let choice = Choice(rawValue: name) else {
      throw error(
        "\(key) can't be \(quoted(name)); "
          + suggestion(for: name, among: Choice.allCases.map(\.rawValue)), of: key)
    }
    return choice
  }

  /// An array of some of the names of a type's cases, each at most once.
  package mutating func choices<Choice: RawRepresentable<String> & CaseIterable & Equatable>(
    _ key: String
  ) throws(Failure) -> [Choice]? {
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
  package mutating func texts(_ key: String) throws(Failure) -> [String: String]? {
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

  /// An error at a place of this file; without one, where the object begins.
  package func error(_ message: String, at place: TextPosition? = nil) -> Failure {
    Failure(JSONError(.value, file: file, position: place ?? position, message))
  }

  /// An error at the value of a key, or where the object begins if it has no such key.
  package func error(_ message: String, of key: String) -> Failure {
    error(message, at: members.first { $0.key == key }?.node.position)
  }

  /// The error of a value of the wrong type.
  package func wrong(_ key: String, _ expected: String, _ node: JSONNode) -> Failure {
    error("\(key) must be \(expected), not \(node.kind)", at: node.position)
  }
}
