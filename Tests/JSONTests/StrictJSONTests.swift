import JSON
import Testing

@Suite struct StrictJSONTests {
  @Test func readsEveryKindOfValue() throws {
    let text =
      #" {"a": [null, true, false, -1.50e+3, 0], "b": {"c": "x\"\\\/\n\u00e9\ud83d\ude00é"}} "#
    let value = try JSONValue(parsing: Array(text.utf8))
    let list = try #require(value["a"]?.arrayValue)
    #expect(list == [.null, .bool(true), .bool(false), .number("-1.50e+3"), .integer(0)])
    #expect(list[3].doubleValue == -1500 && list[3].intValue == nil && list[4].intValue == 0)
    #expect(value["b"]?["c"]?.stringValue == "x\"\\/\né😀é")
    #expect(list[1].boolValue == true && value["missing"] == nil)
  }

  @Test func writesSortedAndReadsBackTheSame() throws {
    let text = #"{"b":[1,2.50,{}],"a":"\u0001\"é\t","c":[]}"#
    let value = try JSONValue(parsing: Array(text.utf8))
    #expect(
      String(decoding: value.bytes(), as: UTF8.self)
        == #"{"a":"\u0001\"é\t","b":[1,2.50,{}],"c":[]}"#)
    let indented = value.bytes(indented: true)
    #expect(try JSONValue(parsing: indented) == value)
    #expect(
      String(decoding: indented, as: UTF8.self)
        == "{\n  \"a\": \"\\u0001\\\"é\\t\",\n  \"b\": [\n    1,\n    2.50,\n    {}\n  ],\n"
        + "  \"c\": []\n}\n")
  }

  @Test func takesAndGivesSwiftValues() throws {
    struct Made: Codable, Equatable {
      var seed = 3
      var rate: Float = 0.1
      var name = "a/b"
    }
    let value = try JSONValue(encoding: Made())
    #expect(
      String(decoding: value.bytes(), as: UTF8.self) == #"{"name":"a/b","rate":0.1,"seed":3}"#)
    #expect(try value.decode(as: Made.self) == Made())
    #expect(throws: EncodingError.self) { try JSONValue(encoding: [Double.nan]) }
  }

  @Test(arguments: [
    "", " ", "{", "[1,]", "[1 2]", "{\"a\":1,}", "{\"a\" 1}", "{a:1}", "01", "1.", "-", "+1", "1e",
    ".5", "tru", "nul", "\"a", "\"\\x\"", "\"\\u12\"", "\"\\ud800\"", "\"\\udc00\"", "\"\u{1}\"",
    "1 2", "[1]]", "NaN", "\u{FEFF}1", "{\"a\":1,\"a\":2}", "// c\n1", "'a'", "1e999", "-1e999",
    "\u{0}", "1\u{0}", "\"\u{0}\"", "[1\u{A0}]", "0x1", "Infinity",
  ])
  func refusesWhatIsNotJSON(_ text: String) {
    #expect(throws: JSONError.self) { try JSONValue(parsing: Array(text.utf8)) }
  }

  @Test func refusesTextThatIsNotUTF8() {
    for bytes: [UInt8] in [
      [0x22, 0xFF, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22],
    ] {
      let error = #expect(throws: JSONError.self) { try JSONValue(parsing: bytes) }
      #expect(error?.kind == .encoding && error?.position.column == 2)
    }
  }

  @Test func saysWhere() {
    let text = "{\n  \"a\": 1,\n  \"b\": x\n}"
    let error = #expect(throws: JSONError.self) { try JSONValue(parsing: Array(text.utf8)) }
    #expect(error?.description == "line 3, column 8: 'x' needs quotes to be a string")
  }

  @Test func boundsDepthAndNumberOfValues() throws {
    let deep = { (levels: Int) in
      Array((String(repeating: "[", count: levels) + String(repeating: "]", count: levels)).utf8)
    }
    #expect(try JSONValue(parsing: deep(64)) != .null)
    #expect(throws: JSONError.self) { try JSONValue(parsing: deep(65)) }
    #expect(throws: JSONError.self) {
      try JSONValue(parsing: [UInt8](repeating: UInt8(ascii: "["), count: 10_000_000))
    }
    let wide = Array(("[" + String(repeating: "0,", count: 200_000) + "0]").utf8)
    #expect(throws: JSONError.self) { try JSONValue(parsing: wide) }
  }

  /// Where each error is, and which kind it has.
  @Test(
    arguments: [
      ("{\"é\": 1, \"é\": 2}", 10, .refused), ("[1, 1e400]", 5, .refused),
      ("[\"\\ud800x\"]", 3, .syntax), ("[\"\\ud800\\u0041\"]", 3, .syntax),
      ("[\"a\u{0}\"]", 4, .syntax),
      ("[\u{0}]", 2, .syntax), ("[[[]]]", 3, .refused), ("[1, 2, 3, 4]", 11, .refused),
    ] as [(String, Int, JSONError.Kind)])
  func refusesHostileText(_ text: String, _ column: Int, _ kind: JSONError.Kind) {
    var limits = JSONLimits()
    limits.depth = 2
    limits.values = 4
    let error = #expect(throws: JSONError.self) {
      try JSONValue(parsing: Array(text.utf8), limits: limits)
    }
    #expect(error?.position == TextPosition(line: 1, column: column), "\(text)")
    #expect(error?.kind == kind, "\(text)")
  }

  @Test func wholeNumbersAreExact() throws {
    let node = try JSONNode(
      parsing: Array("[9223372036854775807, 18446744073709551615, 1e3, 1.5, -0]".utf8)[...])
    guard case .array(let numbers) = node.value else { return #expect(Bool(false)) }
    #expect(numbers[0].integer() == .max && numbers[0].integer(Int32.self) == nil)
    #expect(numbers[1].integer(UInt64.self) == .max && numbers[1].integer() == nil)
    #expect(numbers[2].integer() == 1000 && numbers[3].integer() == nil)
    #expect(numbers[4].double?.sign == .minus)
  }

  @Test func takesNonFiniteNumbersOnlyWhereAsked() throws {
    var limits = JSONLimits()
    limits.takesNonFinite = true
    let text = Array("[NaN, Infinity, -Infinity, 1e999, nan, -inf]".utf8)
    let numbers = try JSONValue(parsing: text, limits: limits).arrayValue?.map(\.doubleValue)
    #expect(numbers?[0]?.isNaN == true && numbers?[4]?.isNaN == true)
    #expect(numbers?[1] == .infinity && numbers?[2] == -.infinity)
    #expect(numbers?[3] == .infinity && numbers?[5] == -.infinity)
    #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
  }

  /// Ten times the text takes some ten times as long, whatever it is made of.
  @Test(arguments: ["keys", "strings", "comments", "escapes"])
  func takesLinearTime(_ kind: String) throws {
    func seconds(_ count: Int) throws -> Double {
      let items = (0..<count).map { index in
        switch kind {
        case "keys": "k\(index): 1"
        case "comments": "/* \(index)\n */ \(index == 0 ? "a: 0" : "b\(index): 1")"
        case "escapes": "e\(index): '\\u0041\\n'"
        default: "s\(index): 'äöü'"
        }
      }
      let text = "{" + items.joined(separator: ",\n") + "}"
      let clock = ContinuousClock()
      return try (0..<3).map { _ in
        try clock.measure { _ = JSONValue(try JSONNode(parsing: text, as: .json5)) }
      }.min()!.seconds
    }
    #expect(try seconds(50_000) < 50 * max(seconds(5_000), 1e-4))
  }
}

extension Duration {
  fileprivate var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}
