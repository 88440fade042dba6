import Foundation
import JSON
import PluginHost
import Verifiers

/// A value of JSON, from whichever reader: members without an order, numbers as double precision.
indirect enum FuzzTree: Equatable, Decodable {
  case null
  case bool(Bool)
  case number(Double)
  case string(String)
  case array([FuzzTree])
  case object([String: FuzzTree])

  /// What the plugin's reader found.
  init(_ members: [JSONNode.Member]) {
    self = .object(
      Dictionary(uniqueKeysWithValues: members.map { ($0.key, FuzzTree($0.node)) }))
  }

  private init(_ node: JSONNode) {
    self =
      switch node.value {
      case .null: .null
      case .bool(let truth): .bool(truth)
      case .number(let text): .number(Double(text) ?? .nan)
      case .string(let text): .string(text)
      case .array(let values): .array(values.map(FuzzTree.init))
      case .object(let members): FuzzTree(members)
      }
  }

  /// What Foundation's reader found.
  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let truth = try? container.decode(Bool.self) {
      self = .bool(truth)
    } else if let number = try? container.decode(Double.self) {
      self = .number(number)
    } else if let text = try? container.decode(String.self) {
      self = .string(text)
    } else if let values = try? container.decode([FuzzTree].self) {
      self = .array(values)
    } else {
      self = .object(try container.decode([String: FuzzTree].self))
    }
  }

  /// Whether all its numbers are.
  var isFinite: Bool {
    switch self {
    case .number(let number): number.isFinite
    case .array(let values): values.allSatisfy(\.isFinite)
    case .object(let members): members.values.allSatisfy(\.isFinite)
    default: true
    }
  }

  /// Whether one of its numbers is zero or too small for all the digits of double precision.
  var hasTiny: Bool {
    switch self {
    case .number(let number): number.magnitude < .leastNormalMagnitude
    case .array(let values): values.contains(where: \.hasTiny)
    case .object(let members): members.values.contains(where: \.hasTiny)
    default: false
    }
  }

  /// An object of random values.
  static func random(depth: Int, _ random: inout FuzzRandom) -> FuzzTree {
    var members: [String: FuzzTree] = [:]
    for _ in 0..<random.below(6) { members[text(&random)] = value(depth: depth + 1, &random) }
    return .object(members)
  }

  private static func value(depth: Int, _ random: inout FuzzRandom) -> FuzzTree {
    switch random.below(depth < PluginLines.limits.depth ? 8 : 6) {
    case 0: .null
    case 1: .bool(random.below(2) == 0)
    case 2: .number(Double(random.below(2000) - 1000))
    case 3: .number(Double(sign: .minus, exponent: random.below(2000) - 1020, significand: 1.1))
    case 4: .number(Double.random(in: -1e6...1e6, using: &random))
    case 5: .string(text(&random))
    case 6: .array((0..<random.below(5)).map { _ in value(depth: depth + 1, &random) })
    default: FuzzTree.random(depth: depth, &random)
    }
  }

  /// Scalars of all planes, control characters among them; no surrogates.
  private static func text(_ random: inout FuzzRandom) -> String {
    var text = String.UnicodeScalarView()
    for _ in 0..<random.below(12) {
      let limit = random.pick([0x20, 0x80, 0x80, 0x800, 0xFFFF, 0x10FFFF])
      text.append(Unicode.Scalar(UInt32(random.below(limit))) ?? "\u{FFFD}")
    }
    return String(text)
  }

  /// Writes it as JSON, with spaces and escapes wherever they may stand.
  func write(to line: inout [UInt8], _ random: inout FuzzRandom) {
    func space(_ random: inout FuzzRandom) {
      if random.below(6) == 0 { line += random.pick([" ", "\t", "\r", "  "]).utf8 }
    }
    space(&random)
    switch self {
    case .null: line += "null".utf8
    case .bool(let truth): line += "\(truth)".utf8
    case .number(let number):
      let isWhole = number == number.rounded() && number.magnitude < 1e15 && random.below(2) == 0
      line += (isWhole ? "\(Int(number))" : "\(number)").utf8
    case .string(let text): FuzzTree.write(text, to: &line, &random)
    case .array(let values):
      line.append(UInt8(ascii: "["))
      for (place, value) in values.enumerated() {
        if place > 0 { line.append(UInt8(ascii: ",")) }
        value.write(to: &line, &random)
      }
      line.append(UInt8(ascii: "]"))
    case .object(let members):
      line.append(UInt8(ascii: "{"))
      for (place, key) in members.keys.sorted().enumerated() {
        if place > 0 { line.append(UInt8(ascii: ",")) }
        space(&random)
        FuzzTree.write(key, to: &line, &random)
        space(&random)
        line.append(UInt8(ascii: ":"))
        members[key]?.write(to: &line, &random)
      }
      line.append(UInt8(ascii: "}"))
    }
    space(&random)
  }

  private static func write(_ text: String, to line: inout [UInt8], _ random: inout FuzzRandom) {
    line.append(UInt8(ascii: "\""))
    for scalar in text.unicodeScalars {
      let needsEscape = scalar.value < 0x20 || scalar == "\"" || scalar == "\\"
      if needsEscape || random.below(4) == 0 {
        for unit in String(scalar).utf16 {
          let digits = String(unit, radix: 16, uppercase: random.below(2) == 0)
          line += ("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).utf8
        }
      } else {
        line += String(scalar).utf8
      }
    }
    line.append(UInt8(ascii: "\""))
  }
}
