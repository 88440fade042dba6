import Checkpointing
import Testing

@Suite struct JSONTests {
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
    "1 2", "[1]]", "NaN", "\u{FEFF}1", "{\"a\":1,\"a\":2}", "// c\n1", "'a'",
  ])
  func refusesWhatIsNotJSON(_ text: String) {
    #expect(throws: JSONError.self) { try JSONValue(parsing: Array(text.utf8)) }
  }

  @Test func refusesTextThatIsNotUTF8() {
    #expect(throws: JSONError.self) { try JSONValue(parsing: [0x22, 0xFF, 0x22]) }
    #expect(throws: JSONError.self) { try JSONValue(parsing: [0x22, 0xC0, 0x80, 0x22]) }
  }

  @Test func saysWhere() {
    let text = "{\n  \"a\": 1,\n  \"b\": x\n}"
    let error = #expect(throws: JSONError.self) { try JSONValue(parsing: Array(text.utf8)) }
    #expect(error?.description == "line 3, column 8: a character that starts no value")
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
}
