import TestSupport

/// A value of a fixture file.
indirect enum FixtureValue: Decodable, Equatable {
  case null
  case flag(Bool)
  case number(Double)
  case text(String)
  case list([FixtureValue])
  case table([String: FixtureValue])

  /// Reads a file of Tests/Fixtures.
  static func load(_ name: String) throws -> FixtureValue {
    try Fixture.json(name, as: FixtureValue.self)
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .flag(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .text(value)
    } else if let value = try? container.decode([FixtureValue].self) {
      self = .list(value)
    } else {
      self = .table(try container.decode([String: FixtureValue].self))
    }
  }

  /// The member of a table; null where there is none.
  subscript(key: String) -> FixtureValue {
    if case .table(let members) = self { members[key] ?? .null } else { .null }
  }

  /// The members of a table by name.
  var members: [(key: String, value: FixtureValue)] {
    if case .table(let members) = self { members.sorted { $0.key < $1.key } } else { [] }
  }

  /// The elements of a list.
  var elements: [FixtureValue] {
    if case .list(let elements) = self { elements } else { [] }
  }

  /// A number, or `nil`.
  var number: Double? {
    if case .number(let number) = self { number } else { nil }
  }

  /// A text, or `nil`.
  var text: String? {
    if case .text(let text) = self { text } else { nil }
  }

  /// A flag; false where there is none.
  var isTrue: Bool { self == .flag(true) }

  /// A list of numbers; not a number where the list has something else.
  var numbers: [Double] { elements.map { $0.number ?? .nan } }

  /// A list of numbers some of which are null.
  var optionalNumbers: [Double?] { elements.map(\.number) }

  /// A list of whole numbers.
  var counts: [Int] { numbers.map { Int($0) } }

  /// Rows of numbers cut to these lengths and put end to end: the file pads, the code doesn't.
  func ragged(_ lengths: [Int]) -> [Double] {
    zip(elements, lengths).flatMap { row, length in row.numbers.prefix(length) }
  }
}

/// The largest difference of two lists; infinite where they can't be compared.
func largestDifference(_ left: [Double], _ right: [Double]) -> Double {
  guard left.count == right.count else { return .infinity }
  var largest = 0.0
  for (a, b) in zip(left, right) {
    let difference = (a - b).magnitude
    guard difference.isFinite else { return .infinity }
    largest = max(largest, difference)
  }
  return largest
}

extension TestRandom {
  /// A number of a range.
  mutating func uniform(_ range: ClosedRange<Double>) -> Double {
    range.lowerBound + uniform() * (range.upperBound - range.lowerBound)
  }

  /// A whole number of a range.
  mutating func whole(_ range: ClosedRange<Int>) -> Int {
    range.lowerBound + Int(next() % UInt64(range.count))
  }

  /// The elements in another order.
  mutating func shuffled<Element>(_ elements: [Element]) -> [Element] {
    var result = elements
    for index in result.indices.dropFirst().reversed() {
      result.swapAt(index, whole(0...index))
    }
    return result
  }
}
