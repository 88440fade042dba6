internal import Messages

extension JSONNode {
  /// Makes a Swift value of this one.
  ///
  /// - Throws: `JSONError` at the place of what doesn't fit.
  package func decode<Value: Decodable>(
    as type: Value.Type, file: String? = nil
  ) throws(JSONError) -> Value {
    do {
      return try NodeDecoder(node: self, file: file).value(type)
    } catch let error as JSONError {
      throw error
    } catch {
      throw JSONError(.value, file: file, position: position, "\(error)")
    }
  }
}

/// Decodes a value from a node; every refusal is a `JSONError` at the place of the culprit.
struct NodeDecoder: Decoder {
  let node: JSONNode
  let file: String?
  var codingPath: [any CodingKey] = []
  let userInfo: [CodingUserInfoKey: Any] = [:]

  func container<Key: CodingKey>(
    keyedBy type: Key.Type
  ) throws -> KeyedDecodingContainer<Key> {
    guard case .object(let members) = node.value else { throw refusal("an object") }
    return KeyedDecodingContainer(KeyedNodes(decoder: self, members: members))
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
    guard case .array(let nodes) = node.value else { throw refusal("an array") }
    return OrderedNodes(decoder: self, nodes: nodes)
  }

  func singleValueContainer() -> any SingleValueDecodingContainer { self }

  func error(_ message: String) -> JSONError {
    JSONError(.value, file: file, position: node.position, message)
  }

  fileprivate func refusal(_ expected: String) -> JSONError {
    let name = codingPath.last.map { quoted($0.stringValue) } ?? "the value"
    return error("\(name) must be \(expected), not \(node.kind)")
  }

  fileprivate func at(_ node: JSONNode, _ key: any CodingKey) -> NodeDecoder {
    NodeDecoder(node: node, file: file, codingPath: codingPath + [key])
  }

  fileprivate func value<Value: Decodable>(_ type: Value.Type) throws -> Value {
    do {
      return try Value(from: self)
    } catch DecodingError.dataCorrupted(let context) {
      // Thrown by types that check their own values, such as enumerations of names.
      throw error(context.debugDescription)
    }
  }
}

extension NodeDecoder: SingleValueDecodingContainer {
  func decodeNil() -> Bool { node.value == .null }

  func decode(_ type: Bool.Type) throws -> Bool {
    guard case .bool(let flag) = node.value else { throw refusal("true or false") }
    return flag
  }

  func decode(_ type: String.Type) throws -> String {
    guard case .string(let text) = node.value else { throw refusal("a string") }
    return text
  }

  func decode(_ type: Double.Type) throws -> Double {
    guard let number = node.double else { throw refusal("a number") }
    return number
  }

  func decode(_ type: Float.Type) throws -> Float {
    guard case .number(let text) = node.value else { throw refusal("a number") }
    guard let number = Float(text), number.isFinite else {
      throw error("this number is too large for single precision")
    }
    return number
  }

  func decode(_ type: Int.Type) throws -> Int { try integer(type) }
  func decode(_ type: Int8.Type) throws -> Int8 { try integer(type) }
  func decode(_ type: Int16.Type) throws -> Int16 { try integer(type) }
  func decode(_ type: Int32.Type) throws -> Int32 { try integer(type) }
  func decode(_ type: Int64.Type) throws -> Int64 { try integer(type) }
  func decode(_ type: UInt.Type) throws -> UInt { try integer(type) }
  func decode(_ type: UInt8.Type) throws -> UInt8 { try integer(type) }
  func decode(_ type: UInt16.Type) throws -> UInt16 { try integer(type) }
  func decode(_ type: UInt32.Type) throws -> UInt32 { try integer(type) }
  func decode(_ type: UInt64.Type) throws -> UInt64 { try integer(type) }

  func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try value(type) }

  private func integer<Value: FixedWidthInteger>(_ type: Value.Type) throws -> Value {
    guard case .number(let text) = node.value else { throw refusal("a whole number") }
    guard let whole = node.integer(type) else {
      let name = codingPath.last.map { quoted($0.stringValue) } ?? "the value"
      throw error("\(name) must be a whole number from \(Value.min) to \(Value.max), not \(text)")
    }
    return whole
  }
}

private struct KeyedNodes<Key: CodingKey>: KeyedDecodingContainerProtocol {
  let decoder: NodeDecoder
  let members: [String: JSONNode]
  /// In the order of the file.
  let allKeys: [Key]

  init(decoder: NodeDecoder, members: [JSONNode.Member]) {
    self.decoder = decoder
    self.members = Dictionary(uniqueKeysWithValues: members.map { ($0.key, $0.node) })
    allKeys = members.compactMap { Key(stringValue: $0.key) }
  }

  var codingPath: [any CodingKey] { decoder.codingPath }

  func contains(_ key: Key) -> Bool { members[key.stringValue] != nil }

  private func member(_ key: any CodingKey) throws -> NodeDecoder {
    guard let node = members[key.stringValue] else {
      throw decoder.error("the key \(quoted(key.stringValue)) is missing")
    }
    return decoder.at(node, key)
  }

  func decodeNil(forKey key: Key) throws -> Bool { try member(key).decodeNil() }

  func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
    try member(key).value(type)
  }

  func nestedContainer<NestedKey: CodingKey>(
    keyedBy type: NestedKey.Type, forKey key: Key
  ) throws -> KeyedDecodingContainer<NestedKey> {
    try member(key).container(keyedBy: type)
  }

  func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
    try member(key).unkeyedContainer()
  }

  func superDecoder() -> any Decoder { decoder }
  func superDecoder(forKey key: Key) throws -> any Decoder { try member(key) }
}

private struct OrderedNodes: UnkeyedDecodingContainer {
  struct Index: CodingKey {
    let intValue: Int?
    var stringValue: String { "element \((intValue ?? 0) + 1)" }

    init(intValue: Int) { self.intValue = intValue }
    init?(stringValue: String) { nil }
  }

  let decoder: NodeDecoder
  let nodes: [JSONNode]
  private(set) var currentIndex = 0

  init(decoder: NodeDecoder, nodes: [JSONNode]) {
    self.decoder = decoder
    self.nodes = nodes
  }

  var codingPath: [any CodingKey] { decoder.codingPath }
  var count: Int? { nodes.count }
  var isAtEnd: Bool { currentIndex >= nodes.count }

  private mutating func next() throws -> NodeDecoder {
    guard !isAtEnd else { throw decoder.error("the array has only \(nodes.count) elements") }
    defer { currentIndex += 1 }
    return decoder.at(nodes[currentIndex], Index(intValue: currentIndex))
  }

  mutating func decodeNil() throws -> Bool {
    guard !isAtEnd, nodes[currentIndex].value == .null else { return false }
    currentIndex += 1
    return true
  }

  mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
    try next().value(type)
  }

  mutating func nestedContainer<NestedKey: CodingKey>(
    keyedBy type: NestedKey.Type
  ) throws -> KeyedDecodingContainer<NestedKey> {
    try next().container(keyedBy: type)
  }

  mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
    try next().unkeyedContainer()
  }

  mutating func superDecoder() throws -> any Decoder { try next() }
}
